import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addMs, instant, toMs, UTC } from '@tollgate/kernel/time/time';
import { aggregate } from '../../aggregation/domain/aggregate.js';
import { isTallied, nothingCounted } from '../../aggregation/domain/composite.js';
import type { AggregationType, MeteredEvent, Metric } from '../../aggregation/domain/metric.js';
import { readingOf } from '../../aggregation/domain/reading.js';
import { exactUsage, placeOf } from '../../aggregation/domain/tally.js';
import { measuring, tallying, type Counter, type Progressing } from './counter.js';

const HOUR_MS = 3_600_000;
const from = instant('2024-10-26T00:00:00Z');
const period = { from, to: instant('2024-10-29T00:00:00Z') };
const TYPES: readonly AggregationType[] = [
  ...(['count', 'sum', 'max', 'min', 'average', 'unique_count', 'latest', 'weighted_sum'] as const),
];

const metrics: fc.Arbitrary<Metric> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    window: fc.constantFrom(undefined, 'hour' as const, 'day' as const),
    groupBy: fc.constantFrom(undefined, ['g']),
  })
  .map(({ type, window, groupBy }) => ({
    ...{ type, property: 'n' },
    ...(window !== undefined && { window }),
    ...(groupBy !== undefined && { groupBy }),
  }));
const happenings = fc
  .array(
    fc.record({
      ms: fc.integer({ min: 0, max: 71 * HOUR_MS }),
      n: fc.integer({ min: -50, max: 50 }).map(String),
      g: fc.constantFrom('eu', 'us'),
    }),
    { minLength: 1, maxLength: 10 },
  )
  .map((list) =>
    list.map(({ ms, ...properties }, i): MeteredEvent => ({
      id: `e${i}`,
      timestamp: addMs(from, ms),
      properties,
    })),
  );

const progressing = (metric: Metric, { id, timestamp, properties }: MeteredEvent): Progressing => {
  const place = placeOf(timestamp, id);
  const reading = readingOf(metric, { properties, times: 1, place });
  return { atMs: toMs(timestamp), properties, place, reading };
};

test('after each event a position is what all events so far come to, however the meter counts', () => {
  fc.assert(
    fc.property(metrics, happenings, (metric, events) => {
      const measure = { metric, timeZone: UTC, parts: [period] };
      const counters: Counter[] = [measuring({ counted: nothingCounted(), measure, period })];
      const freshTexts = new Set(events.map(({ properties }) => properties['n'] ?? ''));
      if (isTallied(metric)) counters.push(tallying({ metric, before: undefined, freshTexts }));
      events.forEach((event, i) => {
        const whole = aggregate(metric, { period, timeZone: UTC, events: events.slice(0, i + 1) });
        const expected = whole.ok ? exactUsage(metric, whole.aggregated.value) : null;
        for (const counter of counters) {
          counter.add(progressing(metric, event));
          expect(counter.quantity()).toBe(expected);
        }
      });
    }),
  );
});

test('a text that was met before the events is not new', () => {
  const metric = { type: 'unique_count', property: 'n' } as const;
  const before = { type: 'unique_count', events: 3, different: 2, texts: new Set<string>() } as const;
  const counter = tallying({ metric, before, freshTexts: new Set(['c']) });
  const quantities = ['a', 'c', 'c', 'b'].map((n, i) => {
    counter.add(progressing(metric, { id: `e${i}`, timestamp: from, properties: { n } }));
    return counter.quantity();
  });
  expect(quantities).toEqual(['2', '3', '3', '3']);
});
