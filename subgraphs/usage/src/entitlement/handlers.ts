import { decimal, ZERO_DECIMAL } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { findSubscriptions, isRunning, type SubscriptionCopy } from '../subscription/store.js';
import { positionsOf, type Position } from '../period/handlers/positions.js';
import { termOf, type Grant as Granted } from '../grant/domain/grant.js';
import { grantsInForce } from '../grant/store.js';
import { readMeters } from '../meter/store.js';
import { figuresIn } from '../total/handlers/measure.js';
import { checkEntitlement, type EntitlementCheck, type Grant } from './domain/entitlement.js';

export interface EntitlementQuestion {
  readonly customerId: string;
  readonly feature: string;
}

type Entitlement = SubscriptionCopy['terms']['entitlements'][number];

/** Whether a customer may use a feature now; null where none of its subscriptions has it. */
export async function entitlement(
  db: Database,
  scope: Scope,
  { customerId, feature }: EntitlementQuestion,
): Promise<EntitlementCheck | null> {
  return db.tenant(scope, async (tx) => {
    const [subscriptions, now] = await Promise.all([findSubscriptions(tx, [customerId]), tx.now()]);
    const granted = await grantsInForce(tx, { customerId, feature }, now);
    const granting = subscriptions.flatMap((one) => {
      const granted = one.terms.entitlements.find((entitled) => entitled.feature === feature);
      return granted !== undefined && isRunning(one, now) ? [{ one, granted }] : [];
    });
    const answers = [...(await grantsOf(tx, granting, now)), ...(await grantedBeside(tx, granted, now))];
    return checkEntitlement(feature, answers);
  });
}

/** Positions are read only where something is limited or used. */
async function grantsOf(
  tx: TenantTx,
  granting: readonly { readonly one: SubscriptionCopy; readonly granted: Entitlement }[],
  now: Instant,
): Promise<Grant[]> {
  const counted = granting.some(({ granted }) => granted.kind === 'limit');
  const positions = counted
    ? await positionsOf(
        tx,
        granting.map(({ one }) => ({ ...one, opened: one.period.to, now })),
      )
    : [];
  return granting.map(({ one, granted }, i) =>
    one.paused || !one.hasAccess || (one.isStopped && granted.kind === 'limit')
      ? { kind: 'none' }
      : grantOf(granted, positions[i] ?? []),
  );
}

/** What the customer used since each grant began is counted from the events. */
async function grantedBeside(tx: TenantTx, granted: readonly Granted[], now: Instant): Promise<Grant[]> {
  if (granted.length === 0) return [];
  const meters = granted.some(({ meterId }) => meterId !== null) ? await readMeters(tx) : [];
  const answers: Grant[] = [];
  for (const one of granted) {
    const meter = meters.find(({ id }) => id === one.meterId);
    const period = termOf(one);
    if (meter === undefined || period === null) answers.push({ kind: 'boolean', enabled: true });
    else {
      const { quantity: used } = await figuresIn(tx, { customerId: one.customerId, meter, period, now });
      answers.push({ kind: 'limit', limit: one.quantity, used });
    }
  }
  return answers;
}

function grantOf(granted: Entitlement, positions: readonly Position[]): Grant {
  if (granted.kind === 'boolean') return { kind: 'boolean', enabled: granted.enabled };
  const used = positions.find((position) => position.meterId === granted.meterId)?.quantity ?? ZERO_DECIMAL;
  return { kind: 'limit', limit: granted.limit === null ? null : decimal(granted.limit), used };
}
