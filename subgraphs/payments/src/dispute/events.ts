import { disputeClosed, disputeOpened } from '@tollgate/contracts/payments/dispute';
import type { Id } from '@tollgate/kernel/id';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Dispute, DisputeEvent, DisputeState } from './domain/dispute.js';

/** What others are told of disputes; messages of one invoice keep their order. */
export function messagesOf(changes: readonly Change<DisputeState, DisputeEvent>[]): Outgoing[] {
  return changes.flatMap(({ events, after: { state } }) =>
    state === null ? [] : events.flatMap((event) => told(state, event)),
  );
}

function told(dispute: Dispute, event: DisputeEvent): Outgoing[] {
  const aggregate = dispute.invoiceId;
  switch (event.type) {
    case 'DisputeOpened': {
      const data = { ...headOf(dispute), openedAt: event.at };
      return [outgoing(disputeOpened, { aggregate, occurredAt: event.at, data })];
    }
    case 'DisputeClosed': {
      const data = { ...headOf(dispute), outcome: event.outcome, closedAt: event.at };
      return [outgoing(disputeClosed, { aggregate, occurredAt: event.at, data })];
    }
    case 'DisputeDetailed':
      return [];
  }
}

/** Ids are checked against the contract when the message is written. */
function headOf({ id, paymentId, invoiceId, customerId, money }: Dispute) {
  return {
    disputeId: id as Id<'dsp'>,
    paymentId: paymentId as Id<'pay'>,
    invoiceId: invoiceId as Id<'inv'>,
    customerId: customerId as Id<'cus'>,
    currency: money.currency,
    amountMinor: money.minor.toString(),
  };
}
