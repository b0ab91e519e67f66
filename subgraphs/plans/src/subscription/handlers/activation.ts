import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { subscriptions } from '../aggregate.js';
import { incompleteOf } from '../store.js';

/** An invoice of a subscription that is paid, or that nobody will pay any more. */
export interface SettledInvoice {
  readonly subscriptionId: string;
  readonly outcome: 'paid' | 'withdrawn';
  readonly at: Instant;
}

/** Subscriptions that wait for the payment of their first invoice are active now, or over; all others are not looked at. */
export async function settleFirstInvoices(tx: TenantTx, settled: readonly SettledInvoice[]): Promise<void> {
  const ids = await incompleteOf(
    tx,
    settled.map(({ subscriptionId }) => subscriptionId),
  );
  if (ids.length === 0) return;
  const loaded = await subscriptions.load(tx, ids);
  const changes = settled.flatMap(({ subscriptionId, outcome, at }) => {
    const current = loaded.get(subscriptionId);
    if (current === undefined) return [];
    const decided = subscriptions.decide(current, { type: 'SettleFirstInvoice', outcome, now: at }, at);
    assert(decided.ok, 'nothing rejects what became of an invoice');
    loaded.set(subscriptionId, decided.change.after);
    return [decided.change];
  });
  await subscriptions.record(tx, changes);
}
