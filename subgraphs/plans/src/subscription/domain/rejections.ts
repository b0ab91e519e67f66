import { reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { SubscriptionEvent } from './state.js';

export type AlreadyEnded = Rejection & { readonly reason: 'AlreadyEnded'; readonly endedAt: Instant };
export type NotActive = Rejection & { readonly reason: 'NotActive' };
export type NotCancelling = Rejection & { readonly reason: 'NotCancelling' };
export type NotPaused = Rejection & { readonly reason: 'NotPaused' };
export type UnderContract = Rejection & { readonly reason: 'UnderContract'; readonly contractId: string };
/** What is unused is to be given back, of an invoice of which nothing can be for now. */
export type UnusedFeesNotCreditable = Rejection & {
  readonly reason: 'UnusedFeesNotCreditable';
  readonly invoiceId: string;
};
export type CurrencyNotPriced = Rejection & {
  readonly reason: 'CurrencyNotPriced';
  readonly currency: string;
};
export type MeterAlreadyPriced = Rejection & {
  readonly reason: 'MeterAlreadyPriced';
  readonly meterId: string;
  readonly subscriptionId: string;
};

/** Nothing happens to a subscription that is over. */
export function alreadyEnded(endedAt: Instant): Decision<SubscriptionEvent, AlreadyEnded> {
  return reject({ reason: 'AlreadyEnded', message: 'The subscription is over already.', endedAt });
}

/** What the subscription does not allow where it stands. */
export function notActive(message: string): Decision<SubscriptionEvent, NotActive> {
  return reject({ reason: 'NotActive', message });
}

/** A version that is not sold in the subscription's currency. */
export function notPriced(currency: Currency): CurrencyNotPriced {
  return { reason: 'CurrencyNotPriced', message: `The plan has no price in ${currency}.`, currency };
}

/** A subscription that a contract covers ends and rests with that. */
export function underContract(contractId: string): Decision<SubscriptionEvent, UnderContract> {
  const message = 'A contract covers the subscription: amend or terminate that.';
  return reject({ reason: 'UnderContract', message, contractId });
}
