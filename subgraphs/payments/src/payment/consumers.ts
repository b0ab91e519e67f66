import { invoiceCreditApplied, invoiceCredited } from '@tollgate/contracts/invoices/invoice';
import { on } from '@tollgate/runtime/messaging/consume';
import { fundPayment } from './handlers/fund.js';
import { giveBack } from './handlers/give-back.js';

/** What invoices tell of what is left to collect. */
export const paymentSubscriptions = [
  on(invoiceCreditApplied, (tx, { data }) => {
    const { invoiceId, paymentId, appliedMinor } = data;
    return fundPayment(tx, { invoiceId, paymentId, appliedMinor: BigInt(appliedMinor) });
  }),
  on(invoiceCredited, (tx, { data }) => {
    const { invoiceId, noteId, toDueMinor, refundMinor, noteNumber } = data;
    const asked = { invoiceId, toDueMinor: BigInt(toDueMinor), refundMinor: BigInt(refundMinor) };
    return giveBack(tx, { ...asked, noteId, noteNumber });
  }),
];
