import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { subscriptions } from '../aggregate.js';
import type { EndByDunning, NoteInvoice } from '../domain/past-due.js';

/** What payments says of an invoice, for the subscriptions that it is of. */
export interface OfInvoice<Command> {
  readonly subscriptionIds: readonly string[];
  readonly command: Command;
  readonly at: Instant;
}

/** Subscriptions are past due while an invoice of theirs fails, and cancelled or paused where it could not be collected. */
export async function followDunning(
  tx: TenantTx,
  { subscriptionIds, command, at }: OfInvoice<NoteInvoice | EndByDunning>,
): Promise<void> {
  if (subscriptionIds.length === 0) return;
  const loaded = await subscriptions.load(tx, subscriptionIds);
  const changes = subscriptionIds.flatMap((id) => {
    const current = loaded.get(id);
    if (current === undefined || current.state.status === 'none') return [];
    const decided = subscriptions.decide(current, command, at);
    assert(decided.ok, 'nothing rejects what became of an invoice');
    return [decided.change];
  });
  await subscriptions.record(tx, changes);
}
