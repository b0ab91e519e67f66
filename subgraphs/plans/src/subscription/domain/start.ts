import { assert } from '@tollgate/kernel/assert';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import {
  dateOf,
  daysBetween,
  startOfDate,
  type Instant,
  type LocalDate,
  type TimeZone,
} from '@tollgate/kernel/time/time';
import { type ExternalIdTaken, externalIdTaken, type LabelsDraft, readLabels } from '@tollgate/kernel/labels';
import type { PlanVersion } from '../../catalogue/domain/terms.js';
import { catchUp } from './close.js';
import {
  billedMeters,
  evolve,
  initial,
  type Agreement,
  type SubscriptionEvent,
  type SubscriptionState,
} from './state.js';

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
  readonly labels: LabelsDraft;
  /** Whether another subscription has the external id. */
  readonly isTaken: boolean;
  /** Null = the customer's. */
  readonly currency: string | null;
  readonly quantity: string;
  /** Null = today. */
  readonly startsOn: LocalDate | null;
  readonly neighbours: readonly Neighbour[];
  readonly now: Instant;
}

export type StartRejection =
  | InvalidInput
  | ExternalIdTaken
  | (Rejection & { readonly reason: 'CurrencyNotPriced'; readonly currency: string })
  | (Rejection & {
      readonly reason: 'MeterAlreadyPriced';
      readonly meterId: string;
      readonly subscriptionId: string;
    });

type Decided = Decision<SubscriptionEvent, StartRejection>;

/** A start may lie this many days before or after today. */
export const START_DAYS_MAX = 366;

/** A subscription from its first day on: periods that are over by now are closed at once, in order. */
export function create(command: CreateSubscription, state: SubscriptionState): Decided {
  assert(state.status === 'none', 'a new id has no history');
  const { now, neighbours } = command;
  const fields = new InputReader();
  const agreement = readAgreement(fields, command);
  if (fields.rejection !== null) return reject(fields.rejection);
  const { externalId } = agreement;
  if (externalId !== null && command.isTaken) return reject(externalIdTaken('subscription', externalId));
  const { currency, prices } = agreement.terms;
  if (prices.length === 0) return reject(notPriced(currency));
  const conflict = conflictOf(agreement, neighbours, now);
  if (conflict !== undefined) return reject(conflict);
  const created: SubscriptionEvent = { type: 'SubscriptionCreated', ...agreement };
  return accept(created, ...catchUp(evolve(initial, created), now));
}

function readAgreement(fields: InputReader, command: CreateSubscription): Agreement {
  const { customer, plan, version, now } = command;
  const today = dateOf(now, customer.timeZone);
  const startsOn = command.startsOn ?? today;
  if (Math.abs(daysBetween(today, startsOn)) > START_DAYS_MAX)
    fields.reject('input.startsOn', `Give a day at most ${START_DAYS_MAX} days before or after today.`);
  const currency = fields.currency('input.currency', command.currency ?? customer.currency);
  return {
    ...readLabels(fields, command.labels),
    createdAt: now,
    startsOn,
    terms: {
      subscriptionId: command.subscriptionId,
      customerId: customer.id,
      planId: version.planId,
      planCode: plan.code,
      planName: plan.name,
      planVersionId: version.id,
      versionNumber: version.number,
      currency,
      timeZone: customer.timeZone,
      quantity: fields.units('input.quantity', command.quantity),
      interval: version.interval,
      alignment: version.alignment,
      grain: version.grain,
      prices: version.prices.filter((price) => price.currency === currency),
      entitlements: version.entitlements,
    },
  };
}

function notPriced(currency: Currency): StartRejection {
  return { reason: 'CurrencyNotPriced', message: `The plan has no price in ${currency}.`, currency };
}

/**
 * Two subscriptions that bill one meter at the same time would bill the same usage twice. One that is over by now does not
 * count, wherever the day is that the new one starts on: it bills what was used before its end, and the new one the rest.
 */
function conflictOf(
  agreement: Agreement,
  neighbours: readonly Neighbour[],
  now: Instant,
): StartRejection | undefined {
  const startsAt = startOfDate(agreement.startsOn, agreement.terms.timeZone);
  const meters = new Set<string>(billedMeters(agreement));
  for (const { subscriptionId, meterIds, until } of neighbours) {
    const meterId = meterIds.find((id) => meters.has(id));
    if (meterId === undefined || (until !== null && (until <= startsAt || until <= now))) continue;
    const message = 'Another subscription of the customer bills this meter already.';
    return { reason: 'MeterAlreadyPriced', message, meterId, subscriptionId };
  }
  return undefined;
}
