import { paymentChanged } from '@tollgate/contracts/payments/changed';
import type { Id } from '@tollgate/kernel/id';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { PaymentEvent } from './domain/event.js';
import { currentAttempt, type Payment, type PaymentState } from './domain/state.js';
import { rowOf } from './store/row.js';

/**
 * What watchers are told. A charge that passes through its states costs no message of its own: that it was started when an
 * invoice became final, and that a provider is at work, is told with what comes of it.
 */
export function changedMessages({ before, after, at }: Change<PaymentState, PaymentEvent>): Outgoing[] {
  const { state: payment, version: revision } = after;
  if (payment === null || shownOf(before.state) === shownOf(payment)) return [];
  const data = { paymentId: payment.id as Id<'pay'>, customerId: payment.customerId as Id<'cus'>, revision };
  return [outgoing(paymentChanged, { aggregate: payment.invoiceId, occurredAt: at, data })];
}

/** What of a payment is news. */
function shownOf(payment: PaymentState): string {
  if (payment === null) return NOTHING;
  const { status, amount_minor, captured_minor, refunds } = rowOf(payment, 1);
  const isPassing = status === 'pending' || status === 'processing';
  if (isPassing && isOfFinalisation(payment)) return NOTHING;
  const asked = currentAttempt(payment)?.redirectUrl ?? null;
  return JSON.stringify([isPassing ? 'under way' : status, amount_minor, captured_minor, refunds, asked]);
}

const NOTHING = 'nothing';

function isOfFinalisation({ cause, round }: Payment): boolean {
  return round === 1 && (cause === undefined || cause === 'finalisation');
}
