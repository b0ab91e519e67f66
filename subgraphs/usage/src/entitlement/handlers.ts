import { decimal, ZERO_DECIMAL, type Decimal } from '@tollgate/kernel/number/decimal';
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

/** What is asked about: a feature, or all features that limit a meter. */
export type Wanted = { readonly feature: string } | { readonly meterId: string };

/** Units of each meter that are held for a customer. */
export type HeldOf = (
  tx: TenantTx,
  customerId: string,
  now: Instant,
) => Promise<ReadonlyMap<string, Decimal>>;

export interface Asked {
  readonly customerId: string;
  readonly wanted: Wanted;
  readonly now: Instant;
  readonly heldOf: HeldOf;
}

type Entitlement = SubscriptionCopy['terms']['entitlements'][number];

/** Whether a customer may use a feature now; null where none of its subscriptions has it. */
export async function entitlement(
  { db, heldOf }: { readonly db: Database; readonly heldOf: HeldOf },
  scope: Scope,
  { customerId, feature }: EntitlementQuestion,
): Promise<EntitlementCheck | null> {
  return db.tenant(scope, async (tx) => {
    const now = await tx.now();
    return entitlementIn(tx, { customerId, wanted: { feature }, now, heldOf });
  });
}

/** The same inside a transaction, also by a meter: then whatever feature limits it. */
export async function entitlementIn(tx: TenantTx, asked: Asked): Promise<EntitlementCheck | null> {
  const { customerId, wanted, now } = asked;
  // They travel together.
  const [subscriptions, granted, held] = await Promise.all([
    findSubscriptions(tx, [customerId]),
    grantsInForce(tx, { customerId, ...wanted }, now),
    asked.heldOf(tx, customerId, now),
  ]);
  const granting = subscriptions.flatMap((one) =>
    isRunning(one, now)
      ? one.terms.entitlements.flatMap((entitled) =>
          isWanted(entitled, wanted) ? [{ one, granted: entitled }] : [],
        )
      : [],
  );
  const answers = [
    ...(await grantsOf(tx, granting, { now, held })),
    ...(await grantedBeside(tx, granted, { now, held })),
  ];
  const [known] = [...granting.map((one) => one.granted.feature), ...granted.map((one) => one.feature)];
  return known === undefined ? null : checkEntitlement(known, answers);
}

function isWanted(entitled: Entitlement, wanted: Wanted): boolean {
  if ('feature' in wanted) return entitled.feature === wanted.feature;
  return entitled.kind === 'limit' && entitled.meterId === wanted.meterId;
}

/** When it is, and what is held of meters. */
interface Present {
  readonly now: Instant;
  readonly held: ReadonlyMap<string, Decimal>;
}

/** Positions are read only where something is limited or used. */
async function grantsOf(
  tx: TenantTx,
  granting: readonly { readonly one: SubscriptionCopy; readonly granted: Entitlement }[],
  { now, held }: Present,
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
      : grantOf(granted, positions[i] ?? [], held),
  );
}

/** What the customer used since each grant began is counted from the events. */
async function grantedBeside(
  tx: TenantTx,
  granted: readonly Granted[],
  { now, held }: Present,
): Promise<Grant[]> {
  if (granted.length === 0) return [];
  const meters = granted.some(({ meterId }) => meterId !== null) ? await readMeters(tx) : [];
  const answers: Grant[] = [];
  for (const one of granted) {
    const meter = meters.find(({ id }) => id === one.meterId);
    const period = termOf(one);
    if (meter === undefined || period === null) answers.push({ kind: 'boolean', enabled: true });
    else {
      const { quantity: used } = await figuresIn(tx, { customerId: one.customerId, meter, period, now });
      const reserved = held.get(meter.id) ?? ZERO_DECIMAL;
      answers.push({ kind: 'limit', meterId: meter.id, limit: one.quantity, used, reserved });
    }
  }
  return answers;
}

function grantOf(granted: Entitlement, positions: readonly Position[], held: Present['held']): Grant {
  if (granted.kind === 'boolean') return { kind: 'boolean', enabled: granted.enabled };
  const { meterId } = granted;
  const used = positions.find((position) => position.meterId === meterId)?.quantity ?? ZERO_DECIMAL;
  const limit = granted.limit === null ? null : decimal(granted.limit);
  return { kind: 'limit', meterId, limit, used, reserved: held.get(meterId) ?? ZERO_DECIMAL };
}
