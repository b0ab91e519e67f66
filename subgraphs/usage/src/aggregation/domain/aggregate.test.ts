import { decimal, fromRational } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import { addMs, contains, instant, timeZone, UTC } from '@tollgate/kernel/time/time';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AggregationType, Metered, MeteredEvent, Metric } from './metric.js';
import { aggregate, type Aggregated } from './aggregate.js';

const TYPES: readonly AggregationType[] = [
  'count',
  'sum',
  'max',
  'min',
  'average',
  'unique_count',
  'latest',
  'weighted_sum',
];
const HOUR_MS = 3_600_000;
const from = instant('2024-10-26T00:00:00Z');
const to = instant('2024-10-29T00:00:00Z');
const event = (id: string, hour: number, n?: string, extra: Partial<MeteredEvent> = {}): MeteredEvent => ({
  id,
  timestamp: addMs(from, hour * HOUR_MS),
  properties: n === undefined ? {} : { n },
  ...extra,
});
const metered = (events: readonly MeteredEvent[], extra: Partial<Metered> = {}): Metered => ({
  period: { from, to },
  timeZone: UTC,
  events,
  ...extra,
});

function usageOf(metric: Metric, given: Metered): Aggregated {
  const answer = aggregate(metric, given);
  if (!answer.ok) throw new Error(`refused: ${answer.rejection.field}`);
  return answer.aggregated;
}

const anyMetric: fc.Arbitrary<Metric> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    window: fc.constantFrom(undefined, 'hour' as const, 'day' as const),
    windowCombine: fc.constantFrom('sum' as const, 'max' as const),
    groupBy: fc.constantFrom(undefined, ['g']),
  })
  .map(({ window, groupBy, ...rest }) => ({
    ...rest,
    property: 'n',
    ...(window === undefined ? {} : { window }),
    ...(groupBy === undefined ? {} : { groupBy }),
  }));
const anyEvents = fc
  .array(
    fc.record({
      ms: fc.integer({ min: -10, max: 80 * HOUR_MS }),
      n: fc.option(fc.integer({ min: -50, max: 50 }).map(String), { nil: undefined }),
      g: fc.constantFrom('eu', 'us', undefined),
    }),
    { maxLength: 12 },
  )
  .map((list) =>
    list.map(({ ms, n, g }, i): MeteredEvent => ({
      id: `e${i}`,
      timestamp: addMs(from, ms),
      properties: { ...(n === undefined ? {} : { n }), ...(g === undefined ? {} : { g }) },
    })),
  );

describe('usage of a period', () => {
  test('the order in which events arrive changes nothing', () => {
    const shuffled = anyEvents.chain((events) =>
      fc.record({
        events: fc.constant(events),
        other: fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
      }),
    );
    const berlin = { timeZone: timeZone('Europe/Berlin') };
    fc.assert(
      fc.property(anyMetric, shuffled, (metric, { events, other }) => {
        expect(usageOf(metric, metered(other, berlin))).toEqual(usageOf(metric, metered(events, berlin)));
      }),
    );
  });

  test('an event that comes again changes nothing and is no conflict', () => {
    fc.assert(
      fc.property(anyMetric, anyEvents, (metric, events) => {
        const again = events.map((one) => ({ ...one, receivedAt: to }));
        expect(usageOf(metric, metered([...events, ...again]))).toEqual(usageOf(metric, metered(events)));
      }),
    );
  });

  test('two halves of a period count and sum to the whole', () => {
    fc.assert(
      fc.property(anyEvents, fc.integer({ min: 0, max: 72 }), (events, hours) => {
        const cut = addMs(from, hours * HOUR_MS);
        for (const type of ['count', 'sum'] as const) {
          const metric: Metric = { type, property: 'n' };
          const part = (period: Metered['period']) => usageOf(metric, metered(events, { period })).value;
          expect(rational.add(part({ from, to: cut }), part({ from: cut, to }))).toEqual(part({ from, to }));
        }
      }),
    );
  });

  test('a level weighs as long as it lasts', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const inside = events.filter(({ timestamp, properties }) => {
          return contains({ from, to }, timestamp) && properties['n'] !== undefined;
        });
        const bySecond = inside.reduce((sum, { timestamp, properties }) => {
          const left = BigInt(Date.parse(to) - Date.parse(timestamp));
          return sum + left * BigInt(properties['n'] ?? '0');
        }, 0n);
        const expected = rational.rational(bySecond, BigInt(Date.parse(to) - Date.parse(from)));
        expect(usageOf({ type: 'weighted_sum', property: 'n' }, metered(events)).value).toEqual(expected);
      }),
    );
  });

  test('the hour that a clock change repeats is two windows', () => {
    const berlin = { timeZone: timeZone('Europe/Berlin') };
    const peaks: Metric = { type: 'max', property: 'n', window: 'hour' };
    // 02:15 summer time and 02:15 winter time on 27 October.
    const events = [event('a', 24.25, '5'), event('b', 25.25, '7')];
    expect(fromRational(usageOf(peaks, metered(events, berlin)).value)).toBe('12');
  });

  test('a group whose events lack the property has the value of nothing', () => {
    const events = [event('a', 1, '5'), event('b', 2, undefined, { properties: { g: 'us' } })];
    const { groups } = usageOf({ type: 'max', property: 'n', groupBy: ['g'] }, metered(events));
    expect(groups?.map(({ key, value }) => [key, fromRational(value)])).toEqual([
      [{ g: '' }, '5'],
      [{ g: 'us' }, '0'],
    ]);
  });

  test('names of the prototype are no properties', () => {
    const metric: Metric = { type: 'unique_count', property: 'constructor' };
    expect(fromRational(usageOf(metric, metered([event('a', 1, '5')])).value)).toBe('0');
  });
});

describe('what has no right answer is refused with its field', () => {
  const sum: Metric = { type: 'sum', property: 'n' };
  const refused: readonly (readonly [string, Metric, Metered, string])[] = [
    ['a sum of nothing named', { type: 'sum' }, metered([]), 'metric.property'],
    [
      'a word for a number',
      sum,
      metered([event('a', 1, '1'), event('b', 2, 'many')]),
      'events[1].properties.n',
    ],
    ['an exponent', sum, metered([event('a', 1, '1e3')]), 'events[0].properties.n'],
    ['more than 10^15', sum, metered([event('a', 1, '1000000000000000.1')]), 'events[0].properties.n'],
    ['less than −10^15', sum, metered([event('a', 1, '-1000000000000001')]), 'events[0].properties.n'],
    ['an end before the start', sum, metered([], { period: { from: to, to: from } }), 'to'],
    [
      'a level that is none',
      { type: 'weighted_sum', property: 'n' },
      metered([], { initialLevel: '' }),
      'initialLevel',
    ],
    [
      'half a decimal',
      { ...sum, rounding: { mode: 'ceil', decimals: 0.5 } },
      metered([]),
      'metric.rounding.decimals',
    ],
  ];
  test.each(refused)('%s', (_what, metric, given, field) => {
    expect(aggregate(metric, given)).toMatchObject({
      ok: false,
      rejection: { reason: 'InvalidInput', field },
    });
  });

  test('a bad value that does not count harms nobody', () => {
    const outside = event('a', 100, 'many');
    const filtered: Metric = { ...sum, filters: [{ property: 'g', in: ['eu'] }] };
    expect(fromRational(usageOf(sum, metered([outside])).value)).toBe('0');
    expect(fromRational(usageOf(filtered, metered([event('b', 1, 'many')])).value)).toBe('0');
  });

  test('10^15 itself is counted', () => {
    const most = decimal('1000000000000000');
    expect(fromRational(usageOf(sum, metered([event('a', 1, most)])).value)).toBe(most);
  });
});
