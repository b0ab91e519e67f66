import { assert, unreachable } from '@tollgate/kernel/assert';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { cyclePeriod, type Cycle } from '@tollgate/kernel/time/cycle';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { foldEvents } from '@tollgate/kernel/decider';
import type { Id } from '@tollgate/kernel/id';
import {
  dateOf,
  daysBetween,
  startOfDate,
  type Instant,
  type LocalDate,
  type Period,
  type TimeZone,
} from '@tollgate/kernel/time/time';
import type { Entitlement, Interval, PlanVersion } from '../../catalogue/domain/plan.js';
import type { InvalidInput, Price } from '../../catalogue/domain/price.js';

/** What a subscription was bought on. None of it changes afterwards. */
export interface SubscriptionTerms {
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
  /** Prices of this currency only. */
  readonly prices: readonly Price[];
  readonly entitlements: readonly Entitlement[];
}

/** Terms and the calendar that cuts them into periods. */
export interface Agreement {
  readonly terms: SubscriptionTerms;
  readonly interval: Interval;
  /** First local day; its day of the month is the billing day. */
  readonly startsOn: LocalDate;
}

export type SubscriptionEvent =
  | ({ readonly type: 'SubscriptionCreated' } & Agreement)
  | { readonly type: 'SubscriptionStarted'; readonly period: Period }
  | {
      readonly type: 'PeriodClosed';
      readonly index: number;
      readonly period: Period;
      /** Null where it was the last. */
      readonly next: Period | null;
    }
  | { readonly type: 'PeriodStarted'; readonly index: number; readonly period: Period }
  | { readonly type: 'CancellationScheduled'; readonly cancelAt: Instant }
  | { readonly type: 'SubscriptionEnded'; readonly endedAt: Instant };

interface OpenPeriod {
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

/** Another subscription of the same customer, as far as it matters for a new one. */
export interface Neighbour {
  readonly subscriptionId: string;
  readonly meterIds: readonly string[];
  /** The first instant it does not cover; null = it goes on. */
  readonly until: Instant | null;
}

export interface CreateSubscription {
  readonly type: 'CreateSubscription';
  readonly subscriptionId: Id<'sub'>;
  readonly customer: {
    readonly id: Id<'cus'>;
    readonly timeZone: TimeZone;
    readonly currency: string;
  };
  readonly plan: { readonly code: string; readonly name: string };
  readonly version: PlanVersion;
  /** Null = the customer's. */
  readonly currency: string | null;
  /** Null = today. */
  readonly startsOn: LocalDate | null;
  readonly neighbours: readonly Neighbour[];
  readonly now: Instant;
}

export type SubscriptionCommand =
  | CreateSubscription
  | { readonly type: 'StartSubscription' }
  | { readonly type: 'ClosePeriod'; readonly index: number }
  | { readonly type: 'CancelSubscription'; readonly when: 'NOW' | 'PERIOD_END'; readonly now: Instant };

export type SubscriptionRejection =
  | InvalidInput
  | (Rejection & { readonly reason: 'CurrencyNotPriced'; readonly currency: string })
  | (Rejection & {
      readonly reason: 'MeterAlreadyPriced';
      readonly meterId: string;
      readonly subscriptionId: string;
    })
  | (Rejection & { readonly reason: 'AlreadyEnded'; readonly endedAt: Instant });

type Decided = Decision<SubscriptionEvent, SubscriptionRejection>;

/** A start may lie this many days before or after today. */
export const START_DAYS_MAX = 366;
/** A cancellation closes at most this many overdue periods first; timers close them much earlier. */
export const OVERDUE_PERIODS_MAX = 5_000;

export const initial: SubscriptionState = { status: 'none' };

/** What a command leads to. A command that was carried out already is accepted without events. */
export function decide(command: SubscriptionCommand, state: SubscriptionState): Decided {
  switch (command.type) {
    case 'CreateSubscription':
      return create(command, state);
    case 'StartSubscription':
      return state.status === 'scheduled' ? accept(started(state.agreement)) : accept();
    case 'ClosePeriod':
      return isOpen(state) && state.index === command.index ? accept(...close(state)) : accept();
    case 'CancelSubscription':
      return cancel(command, state);
    default:
      return unreachable(command);
  }
}

export function evolve(state: SubscriptionState, event: SubscriptionEvent): SubscriptionState {
  switch (event.type) {
    case 'SubscriptionCreated': {
      const { terms, interval, startsOn } = event;
      return { status: 'scheduled', agreement: { terms, interval, startsOn } };
    }
    case 'SubscriptionStarted':
      assert(state.status === 'scheduled', 'a subscription starts once');
      return { status: 'active', agreement: state.agreement, index: 0, period: event.period };
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

/** A subscription whose period is open. */
export function isOpen(
  state: SubscriptionState,
): state is Extract<SubscriptionState, { status: 'active' | 'cancelling' }> {
  return state.status === 'active' || state.status === 'cancelling';
}

/** The period with this index, counted from the first day: never from the period before it. */
export function periodOf({ terms, interval, startsOn }: Agreement, index: number): Period {
  const cycle: Cycle = {
    unit: interval.unit === 'MONTH' ? 'month' : 'year',
    count: interval.count,
    alignment: 'anniversary',
    anchor: startsOn,
    timeZone: terms.timeZone,
  };
  const { startsAt, endsAt } = cyclePeriod(cycle, index);
  return { from: startsAt, to: endsAt };
}

/** Meters that the subscription bills. */
export function billedMeters({ terms }: Agreement): readonly Id<'mtr'>[] {
  return terms.prices.flatMap(({ meterId }) => meterId ?? []);
}

function create(command: CreateSubscription, state: SubscriptionState): Decided {
  assert(state.status === 'none', 'a new id has no history');
  const { customer, now, version } = command;
  const currency = parseCurrency(command.currency ?? customer.currency);
  if (currency === null) return refuse('currency', 'This is not an ISO 4217 currency code.');
  const today = dateOf(now, customer.timeZone);
  const startsOn = command.startsOn ?? today;
  if (Math.abs(daysBetween(today, startsOn)) > START_DAYS_MAX)
    return refuse('startsOn', `A start is at most ${START_DAYS_MAX} days before or after today.`);
  const prices = version.prices.filter((price) => price.currency === currency);
  if (prices.length === 0)
    return reject({
      reason: 'CurrencyNotPriced',
      message: `The plan has no price in ${currency}.`,
      currency,
    });
  const agreement = agreementOf(command, { currency, prices, startsOn });
  const startsAt = startOfDate(startsOn, customer.timeZone);
  const conflict = conflictOf(agreement, startsAt, command.neighbours);
  if (conflict !== undefined) return reject(conflict);
  const created: SubscriptionEvent = { type: 'SubscriptionCreated', ...agreement };
  return startsAt <= now ? accept(created, started(agreement)) : accept(created);
}

function agreementOf(
  { subscriptionId, customer, plan, version }: CreateSubscription,
  {
    currency,
    prices,
    startsOn,
  }: { readonly currency: Currency; readonly prices: readonly Price[]; readonly startsOn: LocalDate },
): Agreement {
  const terms: SubscriptionTerms = {
    subscriptionId,
    customerId: customer.id,
    planId: version.planId,
    planCode: plan.code,
    planName: plan.name,
    planVersionId: version.id,
    versionNumber: version.number,
    currency,
    timeZone: customer.timeZone,
    prices,
    entitlements: version.entitlements,
  };
  return { terms, interval: version.interval, startsOn };
}

/** Two subscriptions that bill one meter at the same time would bill the same usage twice. */
function conflictOf(
  agreement: Agreement,
  startsAt: Instant,
  neighbours: readonly Neighbour[],
): SubscriptionRejection | undefined {
  const meters = new Set<string>(billedMeters(agreement));
  for (const { subscriptionId, meterIds, until } of neighbours) {
    const meterId = meterIds.find((id) => meters.has(id));
    if (meterId === undefined || (until !== null && until <= startsAt)) continue;
    const message = 'Another subscription of the customer bills this meter already.';
    return { reason: 'MeterAlreadyPriced', message, meterId, subscriptionId };
  }
  return undefined;
}

type Cancel = Extract<SubscriptionCommand, { type: 'CancelSubscription' }>;

/** Periods that were over before the cancellation are closed first, so that it ends the one that `now` is in. */
function cancel({ when, now }: Cancel, state: SubscriptionState): Decided {
  assert(state.status !== 'none', 'the caller loads a subscription that exists');
  if (state.status === 'ended')
    return reject({
      reason: 'AlreadyEnded',
      message: 'The subscription is over already.',
      endedAt: state.endedAt,
    });
  const caughtUp = catchUp(state, now);
  const current = fold(caughtUp, state);
  if (current.status === 'scheduled') return accept({ type: 'SubscriptionEnded', endedAt: now });
  if (!isOpen(current)) return accept(...caughtUp);
  if (when === 'NOW') return accept(...caughtUp, ...cut(current, now));
  if (current.status === 'cancelling') return accept(...caughtUp);
  return accept(...caughtUp, { type: 'CancellationScheduled', cancelAt: current.period.to });
}

/** The closes, and the start, that are due by `now` but have not been carried out yet. */
function catchUp(from: SubscriptionState, now: Instant): readonly SubscriptionEvent[] {
  const events: SubscriptionEvent[] = [];
  let state = from;
  if (state.status === 'scheduled' && periodOf(state.agreement, 0).from <= now) {
    events.push(started(state.agreement));
    state = fold(events, from);
  }
  for (let steps = 0; isOpen(state) && state.period.to <= now; steps++) {
    assert(steps < OVERDUE_PERIODS_MAX, 'timers close periods long before so many are overdue');
    const closing = close(state);
    events.push(...closing);
    state = fold(closing, state);
  }
  return events;
}

function started(agreement: Agreement): SubscriptionEvent {
  return { type: 'SubscriptionStarted', period: periodOf(agreement, 0) };
}

function close(
  state: Extract<SubscriptionState, { status: 'active' | 'cancelling' }>,
): readonly SubscriptionEvent[] {
  const { index, period } = state;
  if (state.status === 'cancelling')
    return [
      { type: 'PeriodClosed', index, period, next: null },
      { type: 'SubscriptionEnded', endedAt: state.cancelAt },
    ];
  const next = periodOf(state.agreement, index + 1);
  return [
    { type: 'PeriodClosed', index, period, next },
    { type: 'PeriodStarted', index: index + 1, period: next },
  ];
}

/** The current period ends here and is billed for the usage so far; its fee stays as it was billed in advance. */
function cut({ index, period }: OpenPeriod, now: Instant): readonly SubscriptionEvent[] {
  return [
    { type: 'PeriodClosed', index, period: { from: period.from, to: now }, next: null },
    { type: 'SubscriptionEnded', endedAt: now },
  ];
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

function refuse(field: string, message: string): Decided {
  return reject({ reason: 'InvalidInput', message, field });
}
