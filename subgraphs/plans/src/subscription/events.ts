import {
  PERIOD_BATCH_MAX,
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
  type SubscriptionTerms as PublishedTerms,
} from '@tollgate/contracts/plans/subscription';
import type { DataOf } from '@tollgate/contracts/event';
import { assert, unreachable } from '@tollgate/kernel/assert';
import { ONE_DECIMAL } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Agreement, SubscriptionEvent, SubscriptionState } from './domain/subscription.js';

/** Name of the consumer that keeps our copies of others' facts; its positions hang on it. */
export const CONSUMER = 'plans';

/** What one command or timer did to one subscription. */
export interface Change {
  /** Version of the stream that the decision was made on. */
  readonly version: number;
  readonly before: SubscriptionState;
  readonly events: readonly SubscriptionEvent[];
  readonly after: SubscriptionState;
  /** Business time of it. */
  readonly at: Instant;
}

type Close = DataOf<typeof subscriptionPeriodEnded>['closes'][number];

/** What the other contexts hear of it: periods that end at the same instant are told in one message. */
export function messagesOf(changes: readonly Change[]): Outgoing[] {
  const single = changes.flatMap((change) => change.events.flatMap((event) => messageOf(change, event)));
  return [...closeMessages(changes), ...single];
}

/** Terms in the published shape. */
export function publishedTerms({ terms, interval }: Agreement): PublishedTerms {
  return {
    ...terms,
    quantity: ONE_DECIMAL,
    interval: { unit: interval.unit === 'MONTH' ? 'month' : 'year', count: interval.count },
    alignment: 'anniversary',
    grain: 'day',
    prices: [...terms.prices],
    entitlements: [...terms.entitlements],
  };
}

function closeMessages(changes: readonly Change[]): Outgoing[] {
  const groups = new Map<Instant, { readonly at: Instant; readonly closes: Close[] }>();
  for (const change of changes) {
    for (const event of change.events) {
      if (event.type !== 'PeriodClosed') continue;
      const { index, period, next } = event;
      const group = groups.get(period.to) ?? { at: change.at, closes: [] };
      group.closes.push({ terms: publishedTerms(agreementOf(change)), period, index, next });
      groups.set(period.to, group);
    }
  }
  return [...groups].flatMap(([end, { at, closes }]) =>
    batches(closes).map((batch) => outgoing(subscriptionPeriodEnded, `close:${end}`, at, { closes: batch })),
  );
}

function messageOf(change: Change, event: SubscriptionEvent): Outgoing[] {
  const agreement = agreementOf(change);
  const { subscriptionId, customerId } = agreement.terms;
  switch (event.type) {
    case 'SubscriptionStarted': {
      const data = {
        terms: publishedTerms(agreement),
        startsOn: agreement.startsOn,
        period: event.period,
      };
      return [outgoing(subscriptionStarted, subscriptionId, change.at, data)];
    }
    case 'PeriodStarted': {
      const { period, index } = event;
      const data = { terms: publishedTerms(agreement), period, index };
      return [outgoing(subscriptionPeriodStarted, subscriptionId, change.at, data)];
    }
    case 'SubscriptionEnded': {
      // Nobody has heard of a subscription that never started.
      if (change.after.status === 'ended' && change.after.lastIndex === null) return [];
      const data = { subscriptionId, customerId, endsAt: event.endedAt };
      return [outgoing(subscriptionEnded, subscriptionId, change.at, data)];
    }
    case 'SubscriptionCreated':
    case 'PeriodClosed':
    case 'CancellationScheduled':
      return [];
    default:
      return unreachable(event);
  }
}

function agreementOf({ after }: Change): Agreement {
  assert(after.status !== 'none', 'a change leaves a subscription behind');
  return after.agreement;
}

function batches(closes: readonly Close[]): Close[][] {
  const count = Math.ceil(closes.length / PERIOD_BATCH_MAX);
  return Array.from({ length: count }, (_, index) =>
    closes.slice(index * PERIOD_BATCH_MAX, (index + 1) * PERIOD_BATCH_MAX),
  );
}
