import { aggregate, choose } from '#domain/usage/aggregation/domain/aggregate';
import type { Metered, MeteredEvent, Metric, TallyMetric } from '#domain/usage/aggregation/domain/metric';
import { readingOf } from '#domain/usage/aggregation/domain/reading';
import { placeOf } from '#domain/usage/aggregation/domain/tally';
import type { Meter } from '#domain/usage/meter/domain/meter';
import { combineTallies, countIn, figuresOf } from '#domain/usage/total/domain/tallies';
import { assert } from '@tollgate/kernel/assert';
import { decimal, fromRational, type Decimal } from '@tollgate/kernel/number/decimal';
import { instant, parseTimeZone, toMs } from '@tollgate/kernel/time/time';
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
  return isTallied(metric) ? tallied(metric, metered) : aggregated(metric, metered);
};

/** What a tenant's meter can be, which the usage subgraph counts event by event. */
function isTallied(metric: Metric): metric is TallyMetric {
  return metric.type !== 'weighted_sum' && metric.window === undefined && metric.groupBy === undefined;
}

/** By the code that counts what is billed. */
function tallied(metric: TallyMetric, metered: Metered) {
  const chosen = choose(metric, metered, QUANTITY_MAX);
  if (!chosen.ok) return { error: 'INVALID_INPUT', field: chosen.rejection.field };
  const { counted, conflicts, late } = chosen.selection;
  return {
    value: billed(
      metric,
      metered,
      counted.map(({ event }) => event),
    ),
    conflicts,
    late,
  };
}

/** Counted as it comes in, report by report: however many events come at once, the same is billed. */
function billed(metric: TallyMetric, { period }: Metered, events: readonly MeteredEvent[]): Decimal {
  const meter: Meter = { ...METER, metric };
  const counted = events.map(({ id, timestamp, properties }) => ({
    customerId: 'cus',
    atMs: toMs(timestamp),
    meters: [meter],
    readings: [readingOf(metric, { properties, times: 1, place: placeOf(timestamp, id) })],
  }));
  const [first, ...others] = [1, 2, counted.length].map((size) => {
    const reports = counted.flatMap((_, i) => (i % size === 0 ? [counted.slice(i, i + size)] : []));
    const tallies = reports.map((report) => countIn(period, report)).reduce(combineTallies, new Map());
    return figuresOf(meter, tallies.get(meter.id)).quantity;
  });
  assert(first !== undefined && others.every((other) => other === first), 'reports change what is billed');
  return first;
}

const METER = {
  id: 'mtr',
  code: 'metered',
  name: 'Metered',
  eventType: 'metered',
  version: 1,
  createdAt: '2024-01-01T00:00:00.000Z',
  externalId: null,
} as const;

/** Windows, groups and levels, which no meter has yet. */
function aggregated(metric: Metric, metered: Metered) {
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
}

function meteredEvent({
  id,
  timestamp,
  receivedAt,
  properties,
}: AggregateInput['events'][number]): MeteredEvent {
  const event = { id, timestamp: instant(timestamp), properties };
  return receivedAt === undefined ? event : { ...event, receivedAt: instant(receivedAt) };
}
