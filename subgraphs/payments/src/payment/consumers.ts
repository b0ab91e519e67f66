import { invoiceCreditApplied, invoiceCredited } from '@tollgate/contracts/invoices/invoice';
import { on, onMany } from '@tollgate/runtime/messaging/consume';
import { fundPayments } from './handlers/fund.js';
import { giveBack } from './handlers/give-back.js';

/** What invoices tell of what is left to collect. */
export const paymentSubscriptions = [
  onMany(invoiceCreditApplied, (tx, messages) =>
    fundPayments(
      tx,
      messages.map(({ data: { invoiceId, paymentId, appliedMinor } }) => ({
        ...{ invoiceId, paymentId, appliedMinor: BigInt(appliedMinor) },
      })),
    ),
  ),
  on(invoiceCredited, (tx, { data }) => {
    const { invoiceId, noteId, toDueMinor, refundMinor, noteNumber } = data;
    const asked = { invoiceId, toDueMinor: BigInt(toDueMinor), refundMinor: BigInt(refundMinor) };
    return giveBack(tx, { ...asked, noteId, noteNumber });
  }),
];
