import { aggregate, type Change, type Loaded } from '@tollgate/runtime/command/aggregate';
import type { Appointment } from '@tollgate/runtime/timers/timers';
import { invoiceDecider } from './domain/invoice.js';
import type { InvoiceEvent, InvoiceState } from './domain/state.js';
import { ledgerRows } from '../ledger/store.js';
import { postingsOf } from './domain/postings.js';
import { messagesOf } from './events.js';
import { INVOICES } from './store.js';
import { awaitsFacts } from '../tax/domain/invoice-tax.js';
import { DRAWDOWNS } from './store/drawdown.js';
import { DEFERRALS } from './store/deferral.js';
import { CREDIT_NOTES } from './store/note.js';
import { REFUNDS } from './store/refund.js';

export type LoadedInvoice = Loaded<InvoiceState>;
export type InvoiceChange = Change<InvoiceState, InvoiceEvent>;

/** Invoices: their streams, their table, what others hear and when a draft is final. */
export const invoices = aggregate({
  name: 'invoice',
  idPrefix: 'inv',
  decider: invoiceDecider,
  projections: [INVOICES, CREDIT_NOTES, REFUNDS, DRAWDOWNS, DEFERRALS],
  eventRows: [ledgerRows(postingsOf)],
  messages: messagesOf,
  timers: appointmentsOf,
  // It is drafted, finalised and paid, or not, within a run; a line and its charge are about a kilobyte.
  weightOf: (state) => (state.status === 'none' ? 1 : 2 + 2 * state.lines.length),
});

/** A draft is finalised when its time is over, and it is known how it is taxed; those of one customer in the order in which they were made. */
function appointmentsOf({ id, after: { state } }: InvoiceChange): Appointment[] {
  if (state.status !== 'draft' || awaitsFacts(state.basis.tax)) return [];
  const { basis, finalAt } = state;
  return [{ owner: 'invoices', kind: 'finalise', key: id, series: basis.customerId, dueAt: finalAt }];
}
