import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { subscriptions } from '../aggregate.js';
import type { NoteCreditability } from '../domain/credit-hold.js';
import type { EndByDunning, NoteInvoice } from '../domain/past-due.js';

/** What payments, or invoices, says of an invoice, for the subscriptions that it is of. */
export interface OfInvoice<Command> {
  readonly subscriptionIds: readonly string[];
  readonly command: Command;
  readonly at: Instant;
}

/**
 * Subscriptions are past due while an invoice of theirs fails, and cancelled or paused where it could not be collected: each
 * piece of news in its order, on what the ones before led to. They also remember of which invoices nothing can be given back.
 */
export async function followDunning(
  tx: TenantTx,
  news: readonly OfInvoice<NoteInvoice | EndByDunning | NoteCreditability>[],
): Promise<void> {
  const ids = new Set(news.flatMap(({ subscriptionIds }) => subscriptionIds));
  if (ids.size === 0) return;
  const loaded = await subscriptions.load(tx, [...ids]);
  const changes = news.flatMap(({ subscriptionIds, command, at }) =>
    subscriptionIds.flatMap((id) => {
      const current = loaded.get(id);
      if (current === undefined || current.state.status === 'none') return [];
      const decided = subscriptions.decide(current, command, at);
      assert(decided.ok, 'nothing rejects what became of an invoice');
      loaded.set(id, decided.change.after);
      return [decided.change];
    }),
  );
  await subscriptions.record(tx, changes);
}
