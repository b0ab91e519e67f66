import { disputeClosed, disputeOpened } from '@tollgate/contracts/payments/dispute';
import { instant } from '@tollgate/kernel/time/time';
import { onMany } from '@tollgate/runtime/messaging/consume';
import { recordDisputes } from './handlers.js';

/** What payments tells of disputes. */
export const disputeSubscriptions = [
  onMany(disputeOpened, (tx, messages) =>
    recordDisputes(
      tx,
      messages.map(({ data: { invoiceId, disputeId: id, paymentId, amountMinor, openedAt } }) => {
        const at = instant(openedAt);
        const dispute = { id, paymentId, amountMinor: BigInt(amountMinor), openedAt: at };
        return { invoiceId, at, command: { type: 'OpenDispute', dispute } as const };
      }),
    ),
  ),
  onMany(disputeClosed, (tx, messages) =>
    recordDisputes(
      tx,
      messages.map(({ data: { invoiceId, disputeId, outcome, closedAt } }) => {
        const at = instant(closedAt);
        return { invoiceId, at, command: { type: 'CloseDispute', disputeId, outcome, at } as const };
      }),
    ),
  ),
];
