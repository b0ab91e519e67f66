import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money/money';
import { addMs } from '@tollgate/kernel/time/time';
import { accept, type Decision } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import type { PaymentEvent } from './event.js';
import {
  fund,
  recordOffline,
  start,
  type FundPayment,
  type RecordOffline,
  type StartPayment,
} from './begin.js';
import { evolve } from './evolve.js';
import { voidAnswered, type VoidAnswered } from './orphan.js';
import { lookedUp, webhookSaid, type LookedUp, type WebhookSaid } from './reconcile.js';
import { refundAnswered, refundPart, withdraw, type RefundAnswered, type RefundPart } from './refund.js';
import {
  authorised,
  captured,
  declined,
  isCurrent,
  lapsed,
  lateHold,
  nextRound,
  ORPHAN_PAUSE_MS,
  OUTAGE,
  orphanOf,
  type Hold,
  type Moment,
} from './attempt.js';
import { backoffMs, confirmPauseMs, MINUTE_MS } from './pause.js';
import { currentAttempt, initial, type Attempt, type Payment, type PaymentState } from './state.js';
import type {
  AuthoriseOutcome,
  CaptureOutcome,
  ProviderUnavailable,
} from '../../providers/domain/provider.js';

/** What a payment is told. Answers may come twice, late and in any order. */
export type PaymentInput =
  | StartPayment
  | FundPayment
  | { readonly type: 'AuthoriseAnswered'; readonly attempt: number; readonly outcome: AuthoriseOutcome }
  | { readonly type: 'CaptureAnswered'; readonly attempt: number; readonly outcome: CaptureOutcome }
  | VoidAnswered
  | RefundAnswered
  | RefundPart
  /** Less is due by now: what is not captured yet is captured for that. */
  | { readonly type: 'Lower'; readonly money: Money }
  | RecordOffline
  | LookedUp
  | WebhookSaid
  /** It is not wanted any more: called off where it still can be, else it ends as it does. */
  | { readonly type: 'Cancel'; readonly why: string }
  /** Its invoice is void: called off where it still can be, else what is captured is given back. */
  | { readonly type: 'Withdraw'; readonly why: string };

/** Asked so often with the same key before another way is tried. */
const TRIES_MAX = 2;

const TRY_AGAIN_MS = 1_000;

/** Longer than any call to a provider takes, so that nothing is under way any more. */
const IN_FLIGHT_MS = 2 * MINUTE_MS;

/** What a payment is told, and when. */
export type PaymentCommand = PaymentInput & Moment;

/** The rules of collecting one invoice; nothing that a payment is told is rejected. */
export const paymentDecider: Decider<PaymentState, PaymentCommand, PaymentEvent, never> = {
  initial,
  decide: (command, state): Decision<PaymentEvent, never> => accept(...decide(command, state)),
  evolve,
};

/** The events an input leads to; none where it tells nothing new. */
export function decide(input: PaymentCommand, state: PaymentState): readonly PaymentEvent[] {
  if (input.type === 'Start') return state === null ? start(input) : [];
  if (input.type === 'RecordOffline') return state === null ? recordOffline(input) : [];
  if (state === null) return [];
  switch (input.type) {
    case 'AuthoriseAnswered':
      return authoriseAnswered(state, input);
    case 'CaptureAnswered':
      return captureAnswered(state, input);
    case 'VoidAnswered':
      return voidAnswered(state, input);
    case 'RefundAnswered':
      return refundAnswered(state, input);
    case 'RefundPart':
      return refundPart(state, input);
    case 'Fund':
      return fund(state, input);
    case 'Lower':
      return lower(state, input);
    case 'LookedUp':
      return lookedUp(state, input);
    case 'WebhookSaid':
      return webhookSaid(state, input);
    case 'Cancel':
      return cancel(state, input);
    case 'Withdraw':
      return isUnderWay(state) ? cancel(state, { ...input, type: 'Cancel' }) : withdraw(state, input);
    default:
      return unreachable(input);
  }
}

type InputOf<T extends PaymentInput['type']> = PaymentInput & { readonly type: T } & Moment;

function authoriseAnswered(payment: Payment, input: InputOf<'AuthoriseAnswered'>): PaymentEvent[] {
  const { attempt: number, outcome, at, clock } = input;
  const attempt = payment.attempts.find((one) => one.number === number);
  if (attempt === undefined) return [];
  const waiting = payment.phase.name === 'authorising' && isCurrent(payment, attempt);
  if (!waiting)
    return outcome.outcome === 'authorised' ? lateHold(payment, holdOf(attempt, outcome), input) : [];
  switch (outcome.outcome) {
    case 'authorised':
      return authorised(attempt, outcome, input);
    case 'declined':
      return declined(attempt, outcome, input);
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
      return unavailable(payment, outcome, input);
    default:
      return unreachable(outcome);
  }
}

function holdOf(attempt: Attempt, { authorisation, reference }: Hold) {
  return { attempt, authorisation, reference };
}

function unavailable(
  payment: Payment,
  { why, sent, reference }: ProviderUnavailable,
  moment: Moment,
): PaymentEvent[] {
  const attempt = currentAttempt(payment);
  assert(attempt !== null, 'only an attempt fails');
  const failed: PaymentEvent = {
    type: 'AttemptUnavailable',
    attempt: attempt.number,
    why,
    sent,
    reference: reference ?? null,
    dueAt: addMs(moment.clock, TRY_AGAIN_MS),
    at: moment.at,
  };
  if (attempt.failures + 1 < TRIES_MAX) return [failed];
  // Even where every answer says that nothing was sent: a worker that died may have sent it and told nobody.
  const known = reference === undefined ? {} : { reference };
  const orphan = orphanOf(attempt, addMs(moment.clock, ORPHAN_PAUSE_MS), known);
  return [failed, orphan, ...elsewhere(payment, attempt, moment)];
}

function elsewhere(payment: Payment, attempt: Attempt, moment: Moment): PaymentEvent[] {
  const { route, round } = payment;
  const next = route[route.findIndex((stop) => stop.methodId === attempt.methodId) + 1];
  if (next === undefined) return nextRound(payment, OUTAGE, moment);
  return [
    { type: 'FailedOver', from: attempt.provider, to: next.provider },
    {
      type: 'AttemptStarted',
      attempt: attempt.number + 1,
      stop: next,
      round,
      dueAt: payment.outage === true ? moment.clock : moment.at,
      ...(payment.outage === true && { outage: true as const }),
      at: moment.at,
    },
  ];
}

function captureAnswered(payment: Payment, input: InputOf<'CaptureAnswered'>): PaymentEvent[] {
  const { outcome, clock } = input;
  const attempt = currentAttempt(payment);
  if (attempt?.number !== input.attempt || payment.phase.name !== 'capturing') return [];
  switch (outcome.outcome) {
    case 'captured':
      return captured(payment, outcome, input);
    case 'pending': {
      const dueAt = addMs(clock, confirmPauseMs(payment.phase.pending));
      return [{ type: 'CapturePending', attempt: attempt.number, capture: outcome.capture, dueAt }];
    }
    case 'lapsed':
      return lapsed(payment, outcome.why, input);
    case 'declined':
      return declined(attempt, outcome, input);
    case 'unavailable': {
      // Never elsewhere: the money may have moved. The same request is repeated until its outcome is known.
      const dueAt = addMs(clock, backoffMs(payment.phase.failures));
      return [{ type: 'CaptureUnavailable', attempt: attempt.number, why: outcome.why, dueAt }];
    }
    default:
      return unreachable(outcome);
  }
}

/** Before the capture is decided a payment can be called off; afterwards the capture wins. */
function cancel(payment: Payment, { why, at, clock }: InputOf<'Cancel'>): PaymentEvent[] {
  if (!isUnderWay(payment)) return [];
  const attempt = currentAttempt(payment);
  const ends = payment.phase.name === 'authorising' && payment.outage === true;
  // What counts as declined stays so.
  const ended: PaymentEvent = ends
    ? { type: 'PaymentDeclined', code: OUTAGE, at }
    : { type: 'PaymentCancelled', why, at };
  if (attempt === null) return [ended];
  const dueAt = payment.phase.name === 'authorising' ? addMs(clock, IN_FLIGHT_MS) : clock;
  return [ended, orphanOf(attempt, dueAt)];
}

/** What is held already is captured in part; once the capture is decided it wins, and what is over is credited. */
function lower(payment: Payment, { money, at }: InputOf<'Lower'>): PaymentEvent[] {
  const isLess = money.minor > 0n && money.minor < payment.money.minor;
  return isUnderWay(payment) && isLess ? [{ type: 'AmountLowered', money, at }] : [];
}

function isUnderWay({ phase }: Payment): boolean {
  return phase.name === 'authorising' || phase.name === 'confirming';
}
