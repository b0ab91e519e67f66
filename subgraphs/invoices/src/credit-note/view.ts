import { assert } from '@tollgate/kernel/assert';
import type { InvoiceRejection } from '../invoice/domain/invoice.js';
import { statusView } from '../invoice/view.js';

/** Why nothing of an invoice is given back, in the schema's words. */
export function notCreditedView(rejection: InvoiceRejection, invoiceId: string) {
  switch (rejection.reason) {
    case 'UnknownInvoice':
      return { ...rejection, invoiceId };
    case 'InvoiceNotCreditable':
      return { ...rejection, status: statusView(rejection.status) };
    case 'InvalidAmount':
    case 'CreditExceedsRemaining':
      return { ...rejection, field: `input.${rejection.field}` };
    default:
      assert(rejection.reason === 'UnknownInvoiceLine', `crediting cannot end in ${rejection.reason}`);
      return rejection;
  }
}
