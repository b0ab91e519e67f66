import { unreachable } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money';
import { addMs, type Instant } from '@tollgate/kernel/time';
import type { PaymentEvent, RouteStop } from './payment-event.js';
import { currentAttempt, type Attempt, type Payment, type PaymentState } from './payment-state.js';
import type {
  AuthoriseOutcome,
  CaptureOutcome,
  ProviderPaymentState,
  ProviderUnavailable,
  VoidOutcome,
} from './provider.js';

/** What a payment is told. Answers may come twice, late and in any order. */
export type PaymentInput =
  | {
      readonly type: 'Start';
      readonly paymentId: string;
      readonly invoiceId: string;
      readonly customerId: string;
      readonly money: Money;
      readonly description: string;
      readonly route: readonly RouteStop[];
    }
  | { readonly type: 'AuthoriseAnswered'; readonly attempt: number; readonly outcome: AuthoriseOutcome }
  | { readonly type: 'CaptureAnswered'; readonly attempt: number; readonly outcome: CaptureOutcome }
  | { readonly type: 'VoidAnswered'; readonly attempt: number; readonly outcome: VoidOutcome }
  /** We asked how it stands. */
  | { readonly type: 'LookedUp'; readonly attempt: number; readonly found: ProviderPaymentState }
  /** A webhook made us ask how it stands; what the webhook itself claims decides nothing. */
  | { readonly type: 'WebhookSaid'; readonly reference: string; readonly found: ProviderPaymentState }
  | { readonly type: 'Cancel'; readonly why: string };

/** Business time for what is recorded, real time for what is due. */
export interface Moment {
  readonly at: Instant;
  readonly clock: Instant;
}

/** What to do next, and not before when (real time). */
export interface Step {
  readonly kind: 'authorise' | 'capture' | 'look' | 'void';
  readonly attempt: Attempt;
  readonly dueAt: Instant;
}

/** Asked so often with the same key before another way is tried. */
const TRIES_MAX = 2;
const TRY_AGAIN_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Pauses between rounds over all providers; after the last the payment fails: eight rounds in a day. */
const ROUND_PAUSES_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
];
/** A lost request may still be on its way; the hold is looked for when it has arrived. */
const ORPHAN_PAUSE_MS = 3_000;
/** Longer than any call to a provider takes, so that nothing is under way any more. */
const IN_FLIGHT_MS = 2 * MINUTE_MS;
const SECOND_LOOK_MS = 10 * MINUTE_MS;
/** How long a customer has to confirm: 5 quick looks, then hourly for a day. */
const CONFIRM_LOOKS_MAX = 28;
const BACKOFF_BASE_MS = 1_000;
const BACKOFF_EXPONENT_MAX = 11;

/** The events an input leads to; none where it tells nothing new. */
export function decide(input: PaymentInput & Moment, state: PaymentState): readonly PaymentEvent[] {
  if (input.type === 'Start') return state === null ? start(input) : [];
  if (state === null) return [];
  switch (input.type) {
    case 'AuthoriseAnswered':
      return authoriseAnswered(state, input);
    case 'CaptureAnswered':
      return captureAnswered(state, input);
    case 'VoidAnswered':
      return voidAnswered(state, input);
    case 'LookedUp':
      return lookedUp(state, input);
    case 'WebhookSaid':
      return webhookSaid(state, input);
    case 'Cancel':
      return cancel(state, input);
    default:
      return unreachable(input);
  }
}

/** The next thing to ask a provider, earliest first; null where nothing is left to do. */
export function nextStep(payment: Payment): Step | null {
  const steps = [mainStep(payment), ...orphanSteps(payment)].filter((step) => step !== null);
  return steps.reduce<Step | null>(
    (first, step) => (first === null || step.dueAt < first.dueAt ? step : first),
    null,
  );
}

function mainStep({ phase, attempts }: Payment): Step | null {
  const attempt = attempts.at(-1);
  if (attempt === undefined) return null;
  switch (phase.name) {
    case 'authorising':
      return { kind: 'authorise', attempt, dueAt: phase.dueAt };
    case 'confirming':
      return { kind: 'look', attempt, dueAt: phase.dueAt };
    case 'capturing':
      return { kind: phase.pending > 0 ? 'look' : 'capture', attempt, dueAt: phase.dueAt };
    case 'succeeded':
    case 'declined':
    case 'cancelled':
      return null;
    default:
      return unreachable(phase);
  }
}

function orphanSteps({ orphans, attempts }: Payment): Step[] {
  return orphans.flatMap((orphan) => {
    const attempt = attempts.find((one) => one.number === orphan.attempt);
    return attempt === undefined ? [] : [{ kind: 'void' as const, attempt, dueAt: orphan.dueAt }];
  });
}

type InputOf<T extends PaymentInput['type']> = PaymentInput & { readonly type: T } & Moment;

function start(input: InputOf<'Start'>): PaymentEvent[] {
  const { paymentId, invoiceId, customerId, money, description, route, at, clock } = input;
  const first = route[0];
  return [
    { type: 'PaymentStarted', paymentId, invoiceId, customerId, money, description, route, at },
    first === undefined
      ? { type: 'PaymentDeclined', code: 'no_payment_method', at }
      : { type: 'AttemptStarted', attempt: 1, stop: first, round: 1, dueAt: clock, at },
  ];
}

function authoriseAnswered(payment: Payment, input: InputOf<'AuthoriseAnswered'>): PaymentEvent[] {
  const { attempt: number, outcome, at, clock } = input;
  const attempt = payment.attempts.find((one) => one.number === number);
  if (attempt === undefined) return [];
  const waiting = payment.phase.name === 'authorising' && isCurrent(payment, attempt);
  if (!waiting) return outcome.outcome === 'authorised' ? lateHold(payment, attempt, outcome, input) : [];
  switch (outcome.outcome) {
    case 'authorised':
      return authorised(attempt, outcome, input);
    case 'declined':
      return declined(attempt, outcome.code, outcome.hard, outcome.reference ?? null, input);
    case 'requires_action':
      return [
        {
          type: 'ActionRequired',
          attempt: number,
          reference: outcome.reference,
          redirectUrl: outcome.redirectUrl ?? null,
          dueAt: addMs(clock, confirmPauseMs(0)),
          at,
        },
      ];
    case 'unavailable':
      return unavailable(payment, attempt, outcome, input);
    default:
      return unreachable(outcome);
  }
}

/** The capture is decided together with the hold: from here on the payment is never called off or taken elsewhere. */
function authorised(
  attempt: Attempt,
  { authorisation, reference }: { readonly authorisation: string; readonly reference: string },
  { at, clock }: Moment,
): PaymentEvent[] {
  return [
    { type: 'Authorised', attempt: attempt.number, authorisation, reference, at },
    { type: 'CaptureStarted', attempt: attempt.number, dueAt: clock },
  ];
}

/** A decline is the customer's bank speaking: no other provider is asked. */
function declined(
  attempt: Attempt,
  code: string,
  hard: boolean,
  reference: string | null,
  { at }: Moment,
): PaymentEvent[] {
  return [
    { type: 'Declined', attempt: attempt.number, code, hard, reference, at },
    { type: 'PaymentDeclined', code, at },
  ];
}

function unavailable(
  payment: Payment,
  attempt: Attempt,
  { why, sent, reference: named }: ProviderUnavailable,
  moment: Moment,
): PaymentEvent[] {
  const reference = named ?? null;
  const failed: PaymentEvent = {
    type: 'AttemptUnavailable',
    attempt: attempt.number,
    why,
    sent,
    reference,
    dueAt: addMs(moment.clock, TRY_AGAIN_MS),
    at: moment.at,
  };
  if (attempt.failures + 1 < TRIES_MAX) return [failed];
  // Even where every answer says that nothing was sent: a worker that died may have sent it and told nobody.
  const orphan = orphanOf(attempt, reference, null, addMs(moment.clock, ORPHAN_PAUSE_MS));
  return [failed, orphan, ...elsewhere(payment, attempt, moment)];
}

function elsewhere(payment: Payment, attempt: Attempt, moment: Moment): PaymentEvent[] {
  const { route, round } = payment;
  const next = route[route.findIndex((stop) => stop.methodId === attempt.methodId) + 1];
  if (next === undefined) return nextRound(payment, 'provider_unavailable', moment);
  return [
    { type: 'FailedOver', from: attempt.provider, to: next.provider },
    {
      type: 'AttemptStarted',
      attempt: attempt.number + 1,
      stop: next,
      round,
      dueAt: moment.clock,
      at: moment.at,
    },
  ];
}

function nextRound(payment: Payment, code: string, { at, clock }: Moment): PaymentEvent[] {
  const pause = ROUND_PAUSES_MS[payment.round - 1];
  const first = payment.route[0];
  if (pause === undefined || first === undefined) return [{ type: 'PaymentDeclined', code, at }];
  return [
    {
      type: 'AttemptStarted',
      attempt: payment.attempts.length + 1,
      stop: first,
      round: payment.round + 1,
      dueAt: addMs(clock, pause),
      at,
    },
  ];
}

/** A hold we hear of when the payment has gone on: it is released, unless it is the one that is captured. */
function lateHold(
  payment: Payment,
  attempt: Attempt,
  { authorisation, reference }: { readonly authorisation: string; readonly reference: string },
  moment: Moment,
): PaymentEvent[] {
  if (isCurrent(payment, attempt)) {
    if (payment.phase.name === 'confirming') return authorised(attempt, { authorisation, reference }, moment);
    if (payment.phase.name === 'capturing' || payment.phase.name === 'succeeded') return [];
  }
  const known = payment.orphans.some((one) => one.attempt === attempt.number);
  if (known && attempt.authorisation === authorisation) return [];
  return [orphanOf(attempt, reference, authorisation, moment.clock)];
}

function orphanOf(
  attempt: Attempt,
  reference: string | null,
  authorisation: string | null,
  dueAt: Instant,
): PaymentEvent {
  return { type: 'OrphanNoted', attempt: attempt.number, reference, authorisation, dueAt };
}

function captureAnswered(payment: Payment, input: InputOf<'CaptureAnswered'>): PaymentEvent[] {
  const { outcome, clock } = input;
  const attempt = currentAttempt(payment);
  if (attempt?.number !== input.attempt || payment.phase.name !== 'capturing') return [];
  switch (outcome.outcome) {
    case 'captured':
      return captured(attempt, outcome.capture, outcome.money, input);
    case 'pending': {
      const dueAt = addMs(clock, confirmPauseMs(payment.phase.pending));
      return [{ type: 'CapturePending', attempt: attempt.number, capture: outcome.capture, dueAt }];
    }
    case 'lapsed':
      return lapsed(payment, attempt, outcome.why, input);
    case 'declined':
      return declined(attempt, outcome.code, outcome.hard, outcome.reference ?? null, input);
    case 'unavailable': {
      // Never elsewhere: the money may have moved. The same request is repeated until its outcome is known.
      const dueAt = addMs(clock, backoffMs(payment.phase.failures));
      return [{ type: 'CaptureUnavailable', attempt: attempt.number, why: outcome.why, dueAt }];
    }
    default:
      return unreachable(outcome);
  }
}

function captured(attempt: Attempt, capture: string, money: Money, { at }: Moment): PaymentEvent[] {
  const reference = attempt.reference ?? capture;
  return [
    { type: 'Captured', attempt: attempt.number, capture, money, at },
    { type: 'PaymentSucceeded', provider: attempt.provider, reference, capture, at },
  ];
}

function lapsed(payment: Payment, attempt: Attempt, why: string, moment: Moment): PaymentEvent[] {
  return [
    { type: 'CaptureLapsed', attempt: attempt.number, why, at: moment.at },
    ...nextRound(payment, 'authorisation_lapsed', moment),
  ];
}

function voidAnswered(payment: Payment, input: InputOf<'VoidAnswered'>): PaymentEvent[] {
  const { attempt, outcome, clock } = input;
  const orphan = payment.orphans.find((one) => one.attempt === attempt);
  if (orphan === undefined) return [];
  switch (outcome.outcome) {
    case 'voided':
      return [{ type: 'OrphanVoided', attempt }];
    case 'nothing_held':
      return orphan.untouched === 0
        ? [{ type: 'OrphanUntouched', attempt, dueAt: addMs(clock, SECOND_LOOK_MS) }]
        : [{ type: 'OrphanVoided', attempt }];
    case 'already_captured':
      return [{ type: 'OrphanTaken', attempt }];
    case 'unavailable': {
      const dueAt = addMs(clock, backoffMs(orphan.failures));
      return [{ type: 'OrphanUnavailable', attempt, why: outcome.why, dueAt }];
    }
    default:
      return unreachable(outcome);
  }
}

function lookedUp(payment: Payment, input: InputOf<'LookedUp'>): PaymentEvent[] {
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
    ...declined(attempt, 'authentication_required', false, attempt.reference, moment),
    orphanOf(attempt, null, null, moment.clock),
  ];
}

function webhookSaid(payment: Payment, input: InputOf<'WebhookSaid'>): PaymentEvent[] {
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
      return declined(attempt, found.declineCode ?? 'card_declined', false, found.reference, moment);
    case 'voided':
      return phase.name === 'capturing'
        ? lapsed(payment, attempt, 'The hold was released at the provider.', moment)
        : declined(attempt, 'authorisation_voided', false, found.reference, moment);
    case 'unpaid':
      return phase.name === 'capturing'
        ? []
        : declined(attempt, found.declineCode ?? 'authentication_failed', false, found.reference, moment);
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

/** Before the capture is decided a payment can be called off; afterwards the capture wins. */
function cancel(payment: Payment, { why, at, clock }: InputOf<'Cancel'>): PaymentEvent[] {
  const attempt = currentAttempt(payment);
  const { name } = payment.phase;
  if (attempt === null || (name !== 'authorising' && name !== 'confirming')) return [];
  const dueAt = name === 'authorising' ? addMs(clock, IN_FLIGHT_MS) : clock;
  return [{ type: 'PaymentCancelled', why, at }, orphanOf(attempt, null, null, dueAt)];
}

function isCurrent(payment: Payment, attempt: Attempt): boolean {
  return currentAttempt(payment)?.number === attempt.number;
}

/** 1 s, 2 s, 4 s … 34 min. */
function backoffMs(failures: number): number {
  return BACKOFF_BASE_MS * 2 ** Math.min(failures, BACKOFF_EXPONENT_MAX);
}

/** Half a minute, a minute … then hourly. */
function confirmPauseMs(looks: number): number {
  return Math.min((MINUTE_MS / 2) * 2 ** looks, HOUR_MS);
}
