import { aggregate } from '#domain/usage/aggregation/domain/aggregate';
import type { Metric, MeteredEvent } from '#domain/usage/aggregation/domain/metric';
import { decimal, fromRational } from '@tollgate/kernel/number/decimal';
import { instant, parseTimeZone } from '@tollgate/kernel/time/time';
import type { RunKind } from '../kind.js';

interface AggregateInput {
  readonly metric: Metric;
  readonly from: string;
  readonly to: string;
  readonly timeZone?: string;
  readonly closedAt?: string;
  readonly initialLevel?: string;
  readonly events: readonly {
    readonly id: string;
    readonly timestamp: string;
    readonly receivedAt?: string;
    readonly properties: Readonly<Record<string, string>>;
  }[];
}

/** Cases go beyond what callers may send, to show that nothing is lost there. */
const QUANTITY_MAX = decimal('1000000000000000000000000');

export const run: RunKind = (raw) => {
  const input = raw as unknown as AggregateInput;
  const timeZone = parseTimeZone(input.timeZone ?? 'UTC');
  if (timeZone === null) return { error: 'UNKNOWN_TIME_ZONE' };
  const { metric, closedAt, initialLevel } = input;
  const metered = {
    period: { from: instant(input.from), to: instant(input.to) },
    timeZone,
    ...(closedAt === undefined ? {} : { closedAt: instant(closedAt) }),
    ...(initialLevel === undefined ? {} : { initialLevel }),
    events: input.events.map(meteredEvent),
  };
  const answer = aggregate(metric, metered, QUANTITY_MAX);
  if (!answer.ok) return { error: 'INVALID_INPUT', field: answer.rejection.field };
  const { value, groups, conflicts, late } = answer.aggregated;
  return {
    value: fromRational(value),
    conflicts,
    late,
    ...(groups === null
      ? {}
      : { groups: groups.map((group) => ({ key: group.key, value: fromRational(group.value) })) }),
  };
};

function meteredEvent({
  id,
  timestamp,
  receivedAt,
  properties,
}: AggregateInput['events'][number]): MeteredEvent {
  const event = { id, timestamp: instant(timestamp), properties };
  return receivedAt === undefined ? event : { ...event, receivedAt: instant(receivedAt) };
}
