import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer } from '@tollgate/runtime/timers/timers';
import { invoices } from './aggregate.js';
import { numbered } from './handlers.js';
import { lockInvoices } from './store.js';

/** What falls due for invoices. */
export const invoiceTimers = { finalise: finaliseDue };

/**
 * Finalises the drafts whose grace time is over, each at its own instant. A draft that was finalised by hand meanwhile
 * is left alone.
 */
async function finaliseDue(tx: TenantTx, due: readonly DueTimer[]): Promise<void> {
  lockInvoices(tx);
  const loaded = await invoices.load(
    tx,
    due.map(({ key }) => key),
  );
  const finalising = due.flatMap(({ key, dueAt: at }) => {
    const draft = loaded.get(key);
    return draft?.state.status === 'draft' ? [{ draft, at }] : [];
  });
  await invoices.record(tx, await numbered(tx, finalising));
}
