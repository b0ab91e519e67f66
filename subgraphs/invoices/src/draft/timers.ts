import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer } from '@tollgate/runtime/timers/timers';
import { invoices } from '../invoice/aggregate.js';
import { numbered } from '../invoice/handlers.js';
import { lockInvoices } from '../invoice/store.js';
import { awaitsFacts } from '../tax/domain/invoice-tax.js';
import { lookAgain } from './awaiting.js';

/** What falls due for drafts. */
export const draftTimers = { finalise: finaliseDue };

/**
 * Finalises the drafts whose grace time is over, each at its own instant. A draft that was finalised by hand meanwhile
 * is left alone; one of which it was not known how it is taxed is looked at again.
 */
async function finaliseDue(tx: TenantTx, due: readonly DueTimer[]): Promise<void> {
  lockInvoices(tx);
  const loaded = await invoices.load(
    tx,
    due.map(({ key }) => key),
  );
  const drafts = due.flatMap(({ key, dueAt: at }) => {
    const draft = loaded.get(key);
    return draft?.state.status === 'draft' ? [{ draft, at, awaits: awaitsFacts(draft.state.basis.tax) }] : [];
  });
  await invoices.record(
    tx,
    await numbered(
      tx,
      drafts.filter(({ awaits }) => !awaits),
    ),
  );
  const waiting = drafts.filter(({ awaits }) => awaits);
  // One turn is of one instant.
  const [first] = waiting;
  if (first !== undefined)
    await lookAgain(
      tx,
      waiting.map(({ draft }) => draft.id),
      first.at,
    );
}
