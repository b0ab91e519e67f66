import type { Money } from '@tollgate/kernel/money/money';
import type { RouteStop } from '../../method/domain/route.js';
import type { Moment } from './attempt.js';
import type { PaymentCause, PaymentEvent } from './event.js';
import { awaitsCredit, type Payment } from './state.js';

/** An invoice is to be collected. */
export interface StartPayment {
  readonly type: 'Start';
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly money: Money;
  readonly description: string;
  readonly route: readonly RouteStop[];
  readonly cause: PaymentCause;
}

/** The customer's credit is taken: this is left to charge. */
export interface FundPayment {
  readonly type: 'Fund';
  readonly money: Money;
}

/** Money came beside the providers. */
export interface RecordOffline {
  readonly type: 'RecordOffline';
  readonly paymentId: string;
  readonly invoiceId: string;
  readonly customerId: string;
  readonly money: Money;
  readonly reference: string;
}

/** It begins; what is not of the finalisation asks for the customer's credit first. */
export function start(input: StartPayment & Moment): PaymentEvent[] {
  const { paymentId, invoiceId, customerId, money, description, route, cause, at } = input;
  const head = { paymentId, invoiceId, customerId, money, description, route, cause, at };
  const started: PaymentEvent = { type: 'PaymentStarted', ...head };
  return cause === 'finalisation' ? [started, firstAttempt(route, at)] : [started];
}

function firstAttempt([first]: readonly RouteStop[], at: Moment['at']): PaymentEvent {
  return first === undefined
    ? { type: 'PaymentDeclined', code: 'no_payment_method', at }
    : { type: 'AttemptStarted', attempt: 1, stop: first, round: 1, dueAt: at, at };
}

/** What credit leaves is charged; where nothing is left nobody is asked. Told once: afterwards it is under way. */
export function fund(payment: Payment, { money, at }: FundPayment & Moment): PaymentEvent[] {
  if (!awaitsCredit(payment)) return [];
  if (money.minor <= 0n) return [{ type: 'PaymentCancelled', why: 'nothing_due', at }];
  const lowered: PaymentEvent[] =
    money.minor < payment.money.minor ? [{ type: 'AmountLowered', money, at }] : [];
  return [...lowered, firstAttempt(payment.route, at)];
}

/** It is over with its beginning. */
export function recordOffline(input: RecordOffline & Moment): PaymentEvent[] {
  const { paymentId, invoiceId, customerId, money, reference, at } = input;
  return [{ type: 'OfflinePaymentRecorded', paymentId, invoiceId, customerId, money, reference, at }];
}
