import { consumersOf } from '@tollgate/contracts/consumers';
import { wakeWalkingClocks } from '../base/wake.js';
import type { Placement, RawTx } from '../database/db.js';

/** Who has yet to take which message, as two columns of the same length. */
export interface Pending {
  readonly consumers: readonly string[];
  readonly messageIds: readonly string[];
}

/** What a sandbox's clock waits for once these messages are published. */
export function pendingOf(messages: readonly { readonly id: string; readonly type: string }[]): Pending {
  const pairs = messages.flatMap(({ id, type }) => consumersOf(type).map((consumer) => ({ consumer, id })));
  return { consumers: pairs.map((one) => one.consumer), messageIds: pairs.map((one) => one.id) };
}

/** Messages that a consumer has taken. */
export interface Taken {
  readonly consumer: string;
  readonly messageIds: readonly string[];
}

/**
 * A sandbox's clock waits for these messages no longer: in the transaction of their effect, so that what they caused
 * is there to be waited for. Other tenants have no such rows, and this does nothing for them.
 */
export function settlePending(
  raw: RawTx,
  { tenantId, sandbox }: Pick<Placement, 'tenantId' | 'sandbox'>,
  taken: readonly Taken[],
): void {
  if (!sandbox) return;
  const consumers = taken.flatMap(({ consumer, messageIds }) => messageIds.map(() => consumer));
  raw.post(SETTLE_SQL, [tenantId, taken.flatMap(({ messageIds }) => messageIds), consumers]);
  raw.onCommit(wakeWalkingClocks);
}

/** By the ids alone at first: by the tenant it would walk over all that was ever waited for and is not swept up yet. */
const SETTLE_SQL = `
  DELETE FROM {s}.clock_pending WHERE tenant_id = $1 AND message_id = ANY($2)
    AND (message_id, consumer) IN (SELECT * FROM unnest($2::text[], $3::text[]))`;
