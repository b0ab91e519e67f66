import { assert } from '@tollgate/kernel/assert';
import type { Money } from '@tollgate/kernel/money/money';
import { addMs, type Instant } from '@tollgate/kernel/time/time';
import type { PaymentEvent } from './event.js';
import { HOUR_MS, MINUTE_MS } from './pause.js';
import { refund } from './refund.js';
import { currentAttempt, type Attempt, type Payment } from './state.js';
import type { Declined } from '../../providers/domain/provider.js';

/** The tenant's time, for what is recorded and for what is tried again another day; the system's, for pauses of a provider. */
export interface Moment {
  readonly at: Instant;
  readonly clock: Instant;
}

/** Money held at a provider, by the provider's names of it. */
export interface Hold {
  readonly authorisation: string;
  readonly reference: string;
}

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
/** Code of a payment for which no provider could be reached. */
export const OUTAGE = 'provider_unavailable';
type RoundCode = typeof OUTAGE | 'authorisation_lapsed';

/** A lost request may still be on its way; the hold is looked for when it has arrived. */
export const ORPHAN_PAUSE_MS = 3_000;

/** The capture is decided together with the hold: from here on the payment is never called off or taken elsewhere. */
export function authorised(
  attempt: Attempt,
  { authorisation, reference }: Hold,
  { at, clock }: Moment,
): PaymentEvent[] {
  return [
    { type: 'Authorised', attempt: attempt.number, authorisation, reference, at },
    { type: 'CaptureStarted', attempt: attempt.number, dueAt: clock },
  ];
}

/**
 * A decline is the customer's bank speaking, or the provider that will not have our request: no other one is asked. What
 * may be held by then (an answer was lost before, or the capture is declined) is released.
 */
export function declined(
  attempt: Attempt,
  { code, hard = false, reference }: Pick<Declined, 'code' | 'reference'> & Partial<Declined>,
  { at, clock }: Moment,
): PaymentEvent[] {
  const mayHold = attempt.failures > 0 || attempt.authorisation !== null;
  const known = reference === undefined ? {} : { reference };
  return [
    { type: 'Declined', attempt: attempt.number, code, hard, reference: reference ?? null, at },
    { type: 'PaymentDeclined', code, at },
    ...(mayHold ? [orphanOf(attempt, addMs(clock, ORPHAN_PAUSE_MS), known)] : []),
  ];
}

/** The money is ours and the payment is over, unless the invoice was withdrawn meanwhile: then it goes back. */
export function captured(
  payment: Payment,
  { capture, money }: { readonly capture: string; readonly money: Money },
  { at }: Moment,
): PaymentEvent[] {
  const attempt = currentAttempt(payment);
  assert(attempt !== null, 'only an attempt is captured');
  const reference = attempt.reference ?? capture;
  const { withdrawn } = payment;
  const told: PaymentEvent = { type: 'Captured', attempt: attempt.number, capture, money, at };
  // It cannot be booked on the invoice, whatever it is worth.
  if (money.currency !== payment.money.currency)
    return [
      told,
      { type: 'PaymentDeclined', code: 'other_currency', at },
      ...refund(payment, attempt, { why: `captured in ${money.currency}`, at }),
    ];
  return [
    told,
    { type: 'PaymentSucceeded', provider: attempt.provider, reference, capture, at },
    ...(withdrawn === null ? [] : refund(payment, attempt, { why: withdrawn, at })),
  ];
}

/** The hold is gone and no money moved: a new hold is asked for, unless the invoice was withdrawn meanwhile. */
export function lapsed(payment: Payment, why: string, moment: Moment): PaymentEvent[] {
  const attempt = payment.attempts.length;
  const { at } = moment;
  const { withdrawn } = payment;
  return [
    { type: 'CaptureLapsed', attempt, why, at },
    ...(withdrawn === null
      ? nextRound(payment, 'authorisation_lapsed', moment)
      : [{ type: 'PaymentCancelled' as const, why: withdrawn, at }]),
  ];
}

/**
 * All providers again after a pause, or the end with this code. Where none can be reached the pause is on the system's clock,
 * for providers do not live on a test clock, and the payment counts as declined meanwhile; else it is on the tenant's.
 */
export function nextRound(payment: Payment, code: RoundCode, { at, clock }: Moment): PaymentEvent[] {
  const pause = ROUND_PAUSES_MS[payment.round - 1];
  const first = payment.route[0];
  if (pause === undefined || first === undefined) return [{ type: 'PaymentDeclined', code, at }];
  const isOutage = code === OUTAGE;
  return [
    {
      type: 'AttemptStarted',
      attempt: payment.attempts.length + 1,
      stop: first,
      round: payment.round + 1,
      dueAt: addMs(isOutage ? clock : at, pause),
      ...(isOutage && { outage: true as const }),
      at,
    },
  ];
}

/** A hold we hear of when the payment has gone on: it is released, unless it is the one that is captured. */
export function lateHold(
  payment: Payment,
  { attempt, ...hold }: Hold & { readonly attempt: Attempt },
  moment: Moment,
): PaymentEvent[] {
  if (isCurrent(payment, attempt)) {
    if (payment.phase.name === 'confirming') return authorised(attempt, hold, moment);
    if (payment.phase.name === 'capturing' || payment.phase.name === 'succeeded') return [];
  }
  const known = payment.orphans.some((one) => one.attempt === attempt.number);
  if (known && attempt.authorisation === hold.authorisation) return [];
  return [orphanOf(attempt, moment.clock, hold)];
}

/** A hold to release, from then on by the system's clock; what is known of it besides the attempt. */
export function orphanOf(attempt: Attempt, dueAt: Instant, hold: Partial<Hold> = {}): PaymentEvent {
  const { reference = null, authorisation = null } = hold;
  return { type: 'OrphanNoted', attempt: attempt.number, reference, authorisation, dueAt };
}

/** Whether the payment stands or falls with this attempt. */
export function isCurrent(payment: Payment, attempt: Attempt): boolean {
  return currentAttempt(payment)?.number === attempt.number;
}
