import { assert, unreachable } from '@tollgate/kernel/assert';
import { foldEvents } from '@tollgate/kernel/decider';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import { cyclePeriod } from '@tollgate/kernel/time/cycle';
import type { Instant, LocalDate, Period, TimeZone } from '@tollgate/kernel/time/time';
import type { Entitlement } from '../../catalogue/domain/entitlement.js';
import type { PlanPrice } from '../../catalogue/domain/price.js';
import type { Calendar } from '../../catalogue/domain/terms.js';
import type { Labels } from '@tollgate/kernel/labels';
import { presentAgreement, type AgreementV1, type AgreementV2 } from './agreement-v1.js';

/** What a subscription was bought on. */
export interface SubscriptionTerms extends Calendar {
  readonly subscriptionId: Id<'sub'>;
  readonly customerId: Id<'cus'>;
  readonly planId: Id<'pln'>;
  readonly planCode: string;
  readonly planName: string;
  readonly planVersionId: Id<'plv'>;
  readonly versionNumber: number;
  readonly currency: Currency;
  /** The customer's when the subscription was made; a customer that moves keeps its billing days. */
  readonly timeZone: TimeZone;
  /** What fees are charged on. */
  readonly quantity: Decimal;
  /** Prices of this currency only. */
  readonly prices: readonly PlanPrice[];
  readonly entitlements: readonly Entitlement[];
}

/** Terms, and the day from which their calendar is cut into periods. */
export interface Agreement extends Labels {
  /** When it was made; null where an earlier release made it. */
  readonly createdAt: Instant | null;
  readonly terms: SubscriptionTerms;
  /** First local day: the anchor of the periods. */
  readonly startsOn: LocalDate;
}

export type SubscriptionEvent =
  | ({ readonly type: 'SubscriptionCreated' } & (Agreement | AgreementV2 | AgreementV1))
  | { readonly type: 'SubscriptionStarted'; readonly period: Period }
  | {
      readonly type: 'PeriodClosed';
      readonly index: number;
      readonly period: Period;
      /** Null where it was the last. */
      readonly next: Period | null;
    }
  | { readonly type: 'PeriodStarted'; readonly index: number; readonly period: Period }
  | ({ readonly type: 'SubscriptionLabelled' } & Labels)
  | { readonly type: 'CancellationScheduled'; readonly cancelAt: Instant }
  | { readonly type: 'SubscriptionEnded'; readonly endedAt: Instant };

export interface OpenPeriod {
  readonly agreement: Agreement;
  readonly index: number;
  readonly period: Period;
}

export type SubscriptionState =
  | { readonly status: 'none' }
  | { readonly status: 'scheduled'; readonly agreement: Agreement }
  | ({ readonly status: 'active' } & OpenPeriod)
  | ({ readonly status: 'cancelling'; readonly cancelAt: Instant } & OpenPeriod)
  | {
      readonly status: 'ended';
      readonly agreement: Agreement;
      readonly endedAt: Instant;
      /** Index of the last period; null where it never started. */
      readonly lastIndex: number | null;
    };

/** A subscription whose period is open. */
export type OpenState = Extract<SubscriptionState, { status: 'active' | 'cancelling' }>;

export const initial: SubscriptionState = { status: 'none' };

/** The state after one more event. */
export function evolve(state: SubscriptionState, event: SubscriptionEvent): SubscriptionState {
  switch (event.type) {
    case 'SubscriptionCreated':
      return { status: 'scheduled', agreement: presentAgreement(event) };
    case 'SubscriptionStarted':
      assert(state.status === 'scheduled', 'a subscription starts once');
      return { status: 'active', agreement: state.agreement, index: 0, period: event.period };
    case 'SubscriptionLabelled': {
      assert(state.status !== 'none', 'a subscription is made before it is called otherwise');
      const { externalId, metadata } = event;
      return { ...state, agreement: { ...state.agreement, externalId, metadata } };
    }
    case 'PeriodClosed':
      return state;
    case 'PeriodStarted':
      assert(isOpen(state), 'a period follows an open one');
      return { ...state, index: event.index, period: event.period };
    case 'CancellationScheduled':
      assert(isOpen(state), 'only a running subscription can end with its period');
      return { ...state, status: 'cancelling', cancelAt: event.cancelAt };
    case 'SubscriptionEnded':
      return ended(state, event.endedAt);
    default:
      return unreachable(event);
  }
}

/** The state after these events. */
export function fold(events: readonly SubscriptionEvent[], from = initial): SubscriptionState {
  return foldEvents({ initial, evolve }, events, from);
}

/** Whether a period of it is open. */
export function isOpen(state: SubscriptionState): state is OpenState {
  return state.status === 'active' || state.status === 'cancelling';
}

/** The period with this index, counted from the first day: never from the period before it. */
export function periodOf({ terms, startsOn }: Agreement, index: number): Period {
  const { interval, alignment, timeZone } = terms;
  const cycle = { ...interval, alignment, anchor: startsOn, timeZone };
  const { startsAt, endsAt } = cyclePeriod(cycle, index);
  return { from: startsAt, to: endsAt };
}

/** Meters that the subscription bills. */
export function billedMeters({ terms }: Agreement): readonly Id<'mtr'>[] {
  return terms.prices.flatMap(({ meterId }) => meterId ?? []);
}

function ended(state: SubscriptionState, endedAt: Instant): SubscriptionState {
  assert(state.status !== 'none' && state.status !== 'ended', 'a subscription ends once');
  return {
    status: 'ended',
    agreement: state.agreement,
    endedAt,
    lastIndex: isOpen(state) ? state.index : null,
  };
}
