import { unreachable } from '@tollgate/kernel/assert';
import { addMs } from '@tollgate/kernel/time/time';
import type { PaymentEvent } from './event.js';
import {
  authorised,
  captured,
  confirmPauseMs,
  declined,
  isCurrent,
  lapsed,
  lateHold,
  orphanOf,
  type Moment,
} from './attempt.js';
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

/** How long a customer has to confirm: 5 quick looks, then hourly for a day. */
const CONFIRM_LOOKS_MAX = 28;

/** What our own look at the provider changes; no news means another look later. */
export function lookedUp(payment: Payment, input: LookedUp & Moment): PaymentEvent[] {
  const attempt = payment.attempts.find((one) => one.number === input.attempt);
  if (attempt === undefined) return [];
  const news = newsOf(payment, attempt, input.found, input);
  return news.length > 0 || !isCurrent(payment, attempt) ? news : stillWaiting(payment, attempt, input);
}

function stillWaiting({ phase }: Payment, attempt: Attempt, moment: Moment): PaymentEvent[] {
  if (phase.name === 'capturing' && phase.pending > 0) {
    const dueAt = addMs(moment.clock, confirmPauseMs(phase.pending));
    return [{ type: 'CapturePending', attempt: attempt.number, capture: attempt.reference ?? '', dueAt }];
  }
  if (phase.name !== 'confirming') return [];
  if (phase.looks + 1 < CONFIRM_LOOKS_MAX) {
    const dueAt = addMs(moment.clock, confirmPauseMs(phase.looks + 1));
    return [{ type: 'ActionAwaited', attempt: attempt.number, dueAt }];
  }
  return [
    ...declined(attempt, { code: 'authentication_required' }, moment),
    orphanOf(attempt, null, null, moment.clock),
  ];
}

/** What a look that a webhook caused changes; in any order, any number of times. */
export function webhookSaid(payment: Payment, input: WebhookSaid & Moment): PaymentEvent[] {
  const attempt = payment.attempts.find((one) => one.reference === input.reference);
  return attempt === undefined ? [] : newsOf(payment, attempt, input.found, input);
}

/** What the provider's own state of an attempt changes. */
function newsOf(
  payment: Payment,
  attempt: Attempt,
  found: ProviderPaymentState,
  moment: Moment,
): PaymentEvent[] {
  if (found.outcome !== 'found') return [];
  const { phase } = payment;
  if (!isCurrent(payment, attempt) || phase.name === 'declined' || phase.name === 'cancelled') {
    return strayNews(payment, attempt, found, moment);
  }
  if (phase.name !== 'confirming' && phase.name !== 'capturing') return [];
  switch (found.status) {
    case 'captured':
      return captured(attempt, found.capture ?? found.reference, found.money, moment);
    case 'authorised':
      if (phase.name === 'capturing' || found.authorisation === undefined) return [];
      return authorised(attempt, { authorisation: found.authorisation, reference: found.reference }, moment);
    case 'declined':
      // Without the customer their bank says no; with them it may say yes until the time is over.
      if (phase.name === 'confirming' && found.declineCode === 'authentication_required') return [];
      return declined(attempt, { code: found.declineCode ?? 'card_declined' }, moment);
    case 'voided':
      return phase.name === 'capturing'
        ? lapsed(payment, attempt, 'The hold was released at the provider.', moment)
        : declined(attempt, { code: 'authorisation_voided' }, moment);
    case 'unpaid':
    case 'requires_action':
    case 'processing':
      return [];
    default:
      return unreachable(found.status);
  }
}

function strayNews(
  payment: Payment,
  attempt: Attempt,
  found: ProviderPaymentState & { readonly outcome: 'found' },
  moment: Moment,
): PaymentEvent[] {
  if (found.status === 'captured')
    return attempt.outcome === 'captured' ? [] : [{ type: 'OrphanTaken', attempt: attempt.number }];
  if (found.status !== 'authorised' || found.authorisation === undefined) return [];
  return lateHold(
    payment,
    attempt,
    { authorisation: found.authorisation, reference: found.reference },
    moment,
  );
}
