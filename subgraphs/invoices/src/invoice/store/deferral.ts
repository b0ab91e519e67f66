import { UTC } from '@tollgate/kernel/time/time';
import type { ProjectedRow, Projection } from '@tollgate/runtime/command/projection';
import { dateIn, deferralsOf, type Deferral } from '../domain/deferral.js';
import type { Invoice, InvoiceState } from '../domain/state.js';

/**
 * What invoices defer. The ledger reads from it what was earned up to a day: each row stands for an entry at the end of each
 * of its days.
 */
export const DEFERRALS: Projection<InvoiceState> = {
  table: 'invoices_deferral',
  key: ['id'],
  owner: 'invoice_id',
  columns: [
    ...['id', 'invoice_id', 'customer_id', 'subscription_id', 'currency', 'amount_minor'],
    ...['from_date', 'to_date', 'time_zone', 'known_at', 'cut_at', 'cut_on', 'void_at'],
  ],
  rows: (invoice, { id }) =>
    invoice.status === 'none' || invoice.status === 'draft' ? [] : rowsOf(id, invoice),
};

type Final = Exclude<Invoice, { readonly status: 'draft' }>;

/** Made once for each invoice that nothing happened to but payments: then they are not written again. */
const plain = new WeakMap<Final['lines'], readonly ProjectedRow[]>();

function rowsOf(id: string, invoice: Final): readonly ProjectedRow[] {
  const { creditNotes, cuts, status, lines } = invoice;
  const isPlain = creditNotes === undefined && cuts === undefined && status !== 'void';
  const known = isPlain ? plain.get(lines) : undefined;
  if (known !== undefined) return known;
  const rows = deferralsOf(invoice).map((deferral) => rowOf(id, invoice, deferral));
  if (isPlain) plain.set(lines, rows);
  return rows;
}

function rowOf(invoiceId: string, invoice: Final, deferral: Deferral): ProjectedRow {
  const { lineId, noteId, subscriptionId, amountMinor, from, to, knownAt, cutAt } = deferral;
  const { customerId, currency, timeZone = UTC } = invoice.basis;
  return {
    id: noteId === null ? lineId : `${lineId}/${noteId}`,
    ...{ invoice_id: invoiceId, customer_id: customerId, subscription_id: subscriptionId, currency },
    ...{ amount_minor: amountMinor.toString(), from_date: from, to_date: to, time_zone: timeZone },
    ...{ known_at: knownAt, cut_at: cutAt, cut_on: cutAt === null ? null : dateIn(invoice, cutAt) },
    void_at: invoice.status === 'void' ? invoice.voidedAt : null,
  };
}
