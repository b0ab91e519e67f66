import {
  PERIOD_BATCH_MAX,
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionStarted,
  type SubscriptionTerms as PublishedTerms,
} from '@tollgate/contracts/plans/subscription';
import type { DataOf } from '@tollgate/contracts/event';
import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { batchesOf } from '@tollgate/runtime/messaging/batches';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Agreement, SubscriptionEvent, SubscriptionState } from './domain/state.js';

type SubscriptionChange = Change<SubscriptionState, SubscriptionEvent>;
type Close = DataOf<typeof subscriptionPeriodEnded>['closes'][number];

/** Closes of one subscription always have the same key, so that they, and what follows from them, keep their order. */
const CLOSE_KEYS = 6;

/** What the other contexts hear: a start before the closes, and closes of one key and instant in one message. */
export function messagesOf(changes: readonly SubscriptionChange[]): Outgoing[] {
  const single = changes.flatMap((change) => change.events.flatMap((event) => messageOf(change, event)));
  const isStart = ({ contract }: Outgoing) => contract.type === subscriptionStarted.type;
  return [...single.filter(isStart), ...closeMessages(changes), ...single.filter((one) => !isStart(one))];
}

/** Terms in the published shape. */
export function publishedTerms({ terms }: Agreement): PublishedTerms {
  return { ...terms, prices: [...terms.prices], entitlements: [...terms.entitlements] };
}

interface CloseGroup {
  readonly key: string;
  readonly at: Instant;
  readonly closes: Close[];
}

function closeMessages(changes: readonly SubscriptionChange[]): Outgoing[] {
  const groups = new Map<string, CloseGroup>();
  for (const change of changes) {
    for (const event of change.events) {
      if (event.type !== 'PeriodClosed') continue;
      const { index, period, next } = event;
      const key = closeKey(change.id);
      const name = `${period.to} ${key}`;
      const group = groups.get(name) ?? { key, at: change.at, closes: [] };
      group.closes.push({ terms: publishedTerms(agreementOf(change)), period, index, next });
      groups.set(name, group);
    }
  }
  // The earliest end first.
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, { key, at, closes }]) =>
      batchesOf(closes, PERIOD_BATCH_MAX).map((batch) =>
        outgoing(subscriptionPeriodEnded, { aggregate: key, occurredAt: at, data: { closes: batch } }),
      ),
    );
}

function closeKey(subscriptionId: string): string {
  let sum = 0;
  for (const char of subscriptionId) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return `close:${sum % CLOSE_KEYS}`;
}

function messageOf(change: SubscriptionChange, event: SubscriptionEvent): Outgoing[] {
  const agreement = agreementOf(change);
  const { subscriptionId, customerId } = agreement.terms;
  switch (event.type) {
    case 'SubscriptionStarted': {
      const terms = publishedTerms(agreement);
      const data = { terms, startsOn: agreement.startsOn, period: event.period };
      return [outgoing(subscriptionStarted, { aggregate: subscriptionId, occurredAt: change.at, data })];
    }
    case 'SubscriptionEnded': {
      // Nobody has heard of a subscription that never started.
      const { state } = change.after;
      if (state.status === 'ended' && state.lastIndex === null) return [];
      const data = { subscriptionId, customerId, endsAt: event.endedAt };
      return [outgoing(subscriptionEnded, { aggregate: subscriptionId, occurredAt: change.at, data })];
    }
    case 'SubscriptionCreated':
    case 'SubscriptionLabelled':
    case 'PeriodClosed':
    case 'PeriodStarted':
    case 'CancellationScheduled':
      return [];
    default:
      return unreachable(event);
  }
}

function agreementOf({ after: { state } }: SubscriptionChange): Agreement {
  assert(state.status !== 'none', 'a change leaves a subscription behind');
  return state.agreement;
}
