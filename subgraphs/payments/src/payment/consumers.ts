import { paymentChannel } from '@tollgate/contracts/live';
import { paymentChanged } from '@tollgate/contracts/payments/changed';
import { invoiceCreditApplied, invoiceCredited, invoiceRefunded } from '@tollgate/contracts/invoices/invoice';
import { instant } from '@tollgate/kernel/time/time';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { on, onMany, type Subscription } from '@tollgate/runtime/messaging/consume';
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
    const note = { number: noteNumber, minor: BigInt(data.creditedMinor), at: instant(data.creditedAt) };
    return giveBack(tx, { ...asked, refundId: noteId, why: `credit note ${noteNumber}`, note });
  }),
  on(invoiceRefunded, (tx, { data: { invoiceId, refundId, refundMinor: minor } }) =>
    giveBack(tx, {
      invoiceId,
      toDueMinor: 0n,
      refundMinor: BigInt(minor),
      refundId,
      why: 'payout of credit',
    }),
  ),
];

/** Tells watchers about changes, from our own event in the log: nobody hears of what was not committed. */
export function paymentLive(live: LiveStore): Subscription {
  return onMany(paymentChanged, async (_tx, messages) => {
    await Promise.all(
      messages.flatMap(({ tenant, data: { paymentId, customerId, revision } }) =>
        [paymentChannel(tenant), paymentChannel(tenant, customerId)].map((channel) =>
          live.publish(channel, JSON.stringify({ paymentId, revision })),
        ),
      ),
    );
  });
}
