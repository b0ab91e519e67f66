import type { Projection } from '@tollgate/runtime/command/projection';
import { drawnBy } from '../domain/drawn.js';
import type { InvoiceState } from '../domain/state.js';

/** What invoices draw of what was paid in advance; void ones draw nothing. */
export const DRAWDOWNS: Projection<InvoiceState> = {
  table: 'invoices_drawdown',
  key: ['invoice_id', 'commitment_id'],
  owner: 'invoice_id',
  columns: ['invoice_id', 'commitment_id', 'amount_minor'],
  rows: (invoice, { id }) => {
    if (invoice.status === 'none' || invoice.status === 'void') return [];
    const drawn = drawnBy(invoice.basis, invoice.lines);
    return drawn.map((one) => ({
      invoice_id: id,
      commitment_id: one.id,
      amount_minor: one.minor.toString(),
    }));
  },
};
