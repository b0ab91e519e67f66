import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer } from '@tollgate/runtime/timers/timers';
import { load, numbered, record } from './handlers.js';
import { lockInvoices } from './store.js';

/** What falls due for invoices. */
export const invoiceTimers = { finalise: finaliseDue };

/**
 * Finalises the drafts whose grace time is over, each at its own instant. A draft that was finalised by hand meanwhile
 * is left alone.
 */
async function finaliseDue(tx: TenantTx, due: readonly DueTimer[]): Promise<void> {
  await lockInvoices(tx);
  const loaded = await load(
    tx,
    due.map(({ key, dueAt }) => ({ id: key, occurredAt: dueAt })),
  );
  const drafts = loaded.filter(({ state }) => state.status === 'draft');
  await record(tx, await numbered(tx, drafts));
}
