import { unreachable } from '@tollgate/kernel/assert';
import { addMs } from '@tollgate/kernel/time/time';
import type { PaymentEvent } from './event.js';
import { authorised, captured, declined, isCurrent, lapsed, lateHold, type Moment } from './attempt.js';
import { confirmPauseMs } from './pause.js';
import { refund } from './refund.js';
import type { Attempt, Payment } from './state.js';
import type { ProviderPaymentState } from '../../providers/domain/provider.js';

/** We asked how it stands. */
export interface LookedUp {
  readonly type: 'LookedUp';
  readonly attempt: number;
  readonly found: ProviderPaymentState;
}

/** A webhook made us ask how it stands; what the webhook itself claims decides nothing. */
export interface WebhookSaid {
  readonly type: 'WebhookSaid';
  readonly reference: string;
  readonly found: ProviderPaymentState;
}

/** What our own look at the provider changes; no news means another look later. */
export function lookedUp(payment: Payment, input: LookedUp & Moment): PaymentEvent[] {
  const attempt = payment.attempts.find((one) => one.number === input.attempt);
  if (attempt === undefined) return [];
  const news = newsOf(payment, { attempt, found: input.found }, input);
  return news.length > 0 || !isCurrent(payment, attempt) ? news : stillWaiting(payment, attempt, input);
}

function stillWaiting({ phase }: Payment, attempt: Attempt, moment: Moment): PaymentEvent[] {
  if (phase.name === 'capturing' && phase.pending > 0) {
    const dueAt = addMs(moment.clock, confirmPauseMs(phase.pending));
    return [{ type: 'CapturePending', attempt: attempt.number, capture: attempt.reference ?? '', dueAt }];
  }
  if (phase.name !== 'confirming') return [];
  // The customer may take their time: it ends when they confirm, or when the invoice is settled otherwise.
  const dueAt = addMs(moment.clock, confirmPauseMs(phase.looks + 1));
  return [{ type: 'ActionAwaited', attempt: attempt.number, dueAt }];
}

/**
 * Whether a look that a webhook asks for can tell us anything: not about what we never heard of, nor where our own request
 * is under way and tells us itself, nor where the money is in.
 */
export function isInformative(payment: Payment, reference: string): boolean {
  const attempt = payment.attempts.find((one) => one.reference === reference);
  if (attempt === undefined || !isCurrent(payment, attempt)) return attempt !== undefined;
  const { phase } = payment;
  switch (phase.name) {
    case 'authorising':
    case 'succeeded':
    case 'refunded':
      return false;
    case 'capturing':
      return phase.pending > 0;
    case 'confirming':
    case 'declined':
    case 'cancelled':
      return true;
    default:
      return unreachable(phase);
  }
}

/** What a look that a webhook caused changes; in any order, any number of times. */
export function webhookSaid(payment: Payment, input: WebhookSaid & Moment): PaymentEvent[] {
  const attempt = payment.attempts.find((one) => one.reference === input.reference);
  return attempt === undefined ? [] : newsOf(payment, { attempt, found: input.found }, input);
}

/** What the provider's own state of an attempt changes. */
function newsOf(
  payment: Payment,
  { attempt, found }: { readonly attempt: Attempt; readonly found: ProviderPaymentState },
  moment: Moment,
): PaymentEvent[] {
  if (found.outcome !== 'found') return [];
  const { phase } = payment;
  if (!isCurrent(payment, attempt) || phase.name === 'declined' || phase.name === 'cancelled') {
    return strayNews(payment, { attempt, found }, moment);
  }
  if (phase.name !== 'confirming' && phase.name !== 'capturing') return [];
  switch (found.status) {
    case 'captured':
      return captured(payment, { capture: found.capture ?? found.reference, money: found.money }, moment);
    case 'authorised':
      if (phase.name === 'capturing' || found.authorisation === undefined) return [];
      return authorised(attempt, { authorisation: found.authorisation, reference: found.reference }, moment);
    case 'approved':
      // The provider holds nothing before it is asked once more.
      return phase.name === 'confirming'
        ? [{ type: 'ActionTaken', attempt: attempt.number, at: moment.at }]
        : [];
    case 'declined':
      // Without the customer their bank says no; with them it may say yes until the time is over.
      if (phase.name === 'confirming' && found.declineCode === 'authentication_required') return [];
      return declined(attempt, { code: found.declineCode ?? 'card_declined' }, moment);
    case 'voided':
      return phase.name === 'capturing'
        ? lapsed(payment, 'The hold was released at the provider.', moment)
        : declined(attempt, { code: 'authorisation_voided' }, moment);
    case 'unpaid':
    case 'requires_action':
    case 'processing':
      return [];
    default:
      return unreachable(found.status);
  }
}

type Found = ProviderPaymentState & { readonly outcome: 'found' };

function strayNews(
  payment: Payment,
  { attempt, found }: { readonly attempt: Attempt; readonly found: Found },
  moment: Moment,
): PaymentEvent[] {
  const { status, authorisation, reference } = found;
  if (status === 'captured') {
    const isKnown = attempt.outcome === 'captured' || attempt.outcome === 'refunded';
    return isKnown ? [] : takenBeside(payment, attempt, moment);
  }
  if (status !== 'authorised' || authorisation === undefined) return [];
  return lateHold(payment, { attempt, authorisation, reference }, moment);
}

/** Money that was taken for an attempt which the payment does not stand by: it is given back. */
export function takenBeside(payment: Payment, attempt: Attempt, { at }: Pick<Moment, 'at'>): PaymentEvent[] {
  return [
    { type: 'OrphanTaken', attempt: attempt.number, authorisation: attempt.authorisation },
    ...refund(payment, attempt, { why: 'taken beside the payment', at }),
  ];
}
