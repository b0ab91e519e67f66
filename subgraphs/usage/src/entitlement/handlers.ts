import { decimal, ZERO_DECIMAL } from '@tollgate/kernel/number/decimal';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { findSubscriptions, isRunning, type SubscriptionCopy } from '../subscription/store.js';
import { positionsOf, type Position } from '../period/handlers/positions.js';
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
    const granting = subscriptions.flatMap((one) => {
      const granted = one.terms.entitlements.find((entitled) => entitled.feature === feature);
      return granted !== undefined && isRunning(one, now) ? [{ one, granted }] : [];
    });
    return checkEntitlement(feature, await grantsOf(tx, granting));
  });
}

/** Positions are read only where something is limited or used. */
async function grantsOf(
  tx: TenantTx,
  granting: readonly { readonly one: SubscriptionCopy; readonly granted: Entitlement }[],
): Promise<Grant[]> {
  const counted = granting.some(({ granted }) => granted.kind === 'limit');
  const positions = counted
    ? await positionsOf(
        tx,
        granting.map(({ one }) => one),
      )
    : [];
  return granting.map(({ one, granted }, i) =>
    one.paused ? { kind: 'none' } : grantOf(granted, positions[i] ?? []),
  );
}

function grantOf(granted: Entitlement, positions: readonly Position[]): Grant {
  if (granted.kind === 'boolean') return { kind: 'boolean', enabled: granted.enabled };
  const used = positions.find((position) => position.meterId === granted.meterId)?.quantity ?? ZERO_DECIMAL;
  return { kind: 'limit', limit: granted.limit === null ? null : decimal(granted.limit), used };
}
