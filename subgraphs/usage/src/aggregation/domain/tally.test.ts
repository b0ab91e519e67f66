import { decimal, fromRational } from '@tollgate/kernel/number/decimal';
import { addMs, instant, UTC } from '@tollgate/kernel/time/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aggregate } from './aggregate.js';
import type { MeteredEvent, TallyMetric, TallyType } from './metric.js';
import { readingOf } from './reading.js';
import { combine, placeOf, rounded, tallyOf, usageOf, valueOf, withoutTexts, type Reading } from './tally.js';

const TYPES: readonly TallyType[] = ['count', 'sum', 'max', 'min', 'average', 'unique_count', 'latest'];
const from = instant('2024-05-01T00:00:00Z');
const to = instant('2024-06-01T00:00:00Z');

const anyMetric: fc.Arbitrary<TallyMetric> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    filters: fc.constantFrom(
      undefined,
      [{ property: 'g', in: ['eu'] }],
      [{ property: 'g', notIn: ['eu', '3'] }],
    ),
    rounding: fc.constantFrom(undefined, { mode: 'half_away' as const, decimals: 0 }),
  })
  .map(({ type, filters, rounding }) => ({
    type,
    property: 'n',
    ...(filters === undefined ? {} : { filters }),
    ...(rounding === undefined ? {} : { rounding }),
  }));
const anyEvents = fc
  .array(
    fc.record({
      ms: fc.integer({ min: 0, max: 60_000 }),
      n: fc.option(
        fc.integer({ min: -500, max: 500 }).map((n) => String(n / 10)),
        { nil: undefined },
      ),
      g: fc.constantFrom('eu', '3', undefined),
    }),
    { maxLength: 20 },
  )
  .map((list) =>
    list.map(({ ms, n, g }, i): MeteredEvent => ({
      id: `e${i}`,
      timestamp: addMs(from, ms),
      properties: { ...(n === undefined ? {} : { n }), ...(g === undefined ? {} : { g }) },
    })),
  );

const readingsOf = (metric: TallyMetric, events: readonly MeteredEvent[]): Reading[] =>
  events.flatMap(({ id, timestamp, properties }) => {
    const reading = readingOf(metric, { properties, times: 1, place: placeOf(timestamp, id) });
    return reading === null ? [] : [reading];
  });
const batch = (metric: TallyMetric, events: readonly MeteredEvent[]): string => {
  const answer = aggregate(metric, { period: { from, to }, timeZone: UTC, events });
  if (!answer.ok) throw new Error(`rejected: ${answer.rejection.field}`);
  return fromRational(answer.aggregated.value);
};

test('tallies of parts, combined in any order, come to what the batch comes to', () => {
  fc.assert(
    fc.property(
      anyMetric,
      anyEvents,
      fc.infiniteStream(fc.integer({ min: 0, max: 3 })),
      (metric, events, places) => {
        const parts: MeteredEvent[][] = [[], [], [], []];
        for (const event of events) parts[places.next().value]?.push(event);
        const tallies = parts.map((part) => tallyOf(metric.type, readingsOf(metric, part)));
        const combined = tallies.reduce(combine);
        const backwards = [...tallies].reverse().reduce(combine);
        expect(valueOf(backwards)).toEqual(valueOf(combined));
        expect(combined.events).toBe(readingsOf(metric, events).length);
        expect(fromRational(rounded(metric, valueOf(combined)))).toBe(batch(metric, events));
      },
    ),
  );
});

test('equal events counted together come to what they come to one by one', () => {
  fc.assert(
    fc.property(anyMetric, anyEvents, fc.integer({ min: 1, max: 5 }), (metric, events, times) => {
      const once = readingsOf(metric, events);
      const together = once.map((reading) => ({ ...reading, times }));
      const apart = once.flatMap((reading) => Array.from({ length: times }, () => reading));
      expect(tallyOf(metric.type, together)).toEqual(tallyOf(metric.type, apart));
    }),
  );
});

test('different texts are counted right when the store holds those that came before', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(texts, { maxLength: 6 }), (batches) => {
      const store = new Set<string>();
      let kept = tallyOf('unique_count', []);
      for (const one of batches) {
        const fresh = withoutTexts(tallyOf('unique_count', one.map(textReading)), store);
        if (fresh.type === 'unique_count') for (const text of fresh.texts) store.add(text);
        kept = combine(kept, fresh);
        if (kept.type === 'unique_count') kept = { ...kept, texts: new Set() };
      }
      expect(fromRational(valueOf(kept))).toBe(String(new Set(batches.flat()).size));
    }),
  );
});

test('usage is exact to 18 decimals, and what no decimal says is rounded to 12', () => {
  const reading = (text: string): Reading => ({ quantity: decimal(text), text: '', times: 1, place: '' });
  const tiny = '0.000000000000000001';
  expect(usageOf({}, tallyOf('sum', [reading(tiny), reading('2')]))).toBe('2.000000000000000001');
  expect(usageOf({}, tallyOf('average', [reading('1'), reading('1'), reading('0')]))).toBe('0.666666666667');
  const rounding = { mode: 'ceil' as const, decimals: 0 };
  expect(usageOf({ rounding }, tallyOf('sum', [reading(tiny)]))).toBe('1');
});

const textReading = (text: string): Reading => ({ quantity: 1, text, times: 1, place: '' });
