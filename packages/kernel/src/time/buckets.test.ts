import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../assert.js';
import * as t from './time.js';

const ZONES = [
  'UTC',
  'Europe/Vilnius',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Pacific/Apia',
  'America/St_Johns',
  'Asia/Beirut',
].map(t.timeZone);
const anyZone = fc.constantFrom(...ZONES);
/** The years whose clock changes the zone tables know well. */
const anyRecentMs = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2035, 0, 1) });
const at = t.instant;
const date = t.localDate;
const DAY_MS = 86_400_000;

describe('buckets', () => {
  const zone = t.timeZone('Europe/Vilnius');
  const dayOf = (day: string): t.Period => ({
    from: t.startOfDate(date(day), zone),
    to: t.startOfDate(t.addDaysToDate(date(day), 1), zone),
  });

  test('a day has 24 hours, 23 in spring and 25 in autumn', () => {
    const counts = ['2024-05-01', '2024-03-31', '2024-10-27'].map(
      (day) => t.hourBuckets(dayOf(day), zone).length,
    );
    expect(counts).toEqual([24, 23, 25]);
  });

  test('a date that the zone skipped has no bucket', () => {
    const apia = t.timeZone('Pacific/Apia');
    const period = {
      from: t.startOfDate(date('2011-12-28'), apia),
      to: t.startOfDate(date('2012-01-01'), apia),
    };
    expect(t.dayBuckets(period, apia).map(({ from }) => t.dateOf(from, apia))).toEqual([
      '2011-12-28',
      '2011-12-29',
      '2011-12-31',
    ]);
  });

  test('hours follow each other from start to end, and each is one local hour at one offset', () => {
    fc.assert(
      fc.property(anyRecentMs, fc.integer({ min: 1, max: 4 * DAY_MS }), anyZone, (ms, length, tz) => {
        const period = { from: t.instantFromMs(ms), to: t.instantFromMs(ms + length) };
        const buckets = t.hourBuckets(period, tz);
        expect(joined(buckets)).toEqual(period);
        const keys = buckets.map(({ from, to }) => {
          const first = t.localHourOf(from, tz);
          expect(t.localHourOf(t.addMs(to, -1), tz)).toEqual(first);
          return JSON.stringify(first);
        });
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 40 },
    );
  });

  test('days follow each other from start to end, and inner ones start where their date starts', () => {
    fc.assert(
      fc.property(anyRecentMs, fc.integer({ min: 1, max: 60 * DAY_MS }), anyZone, (ms, length, tz) => {
        const period = { from: t.instantFromMs(ms), to: t.instantFromMs(ms + length) };
        const buckets = t.dayBuckets(period, tz);
        expect(joined(buckets)).toEqual(period);
        for (const { from } of buckets.slice(1)) expect(t.startOfDate(t.dateOf(from, tz), tz)).toBe(from);
      }),
      { numRuns: 40 },
    );
  });

  test('an empty period has no buckets, an endless one is refused', () => {
    const now = at('2024-01-01T00:00:00Z');
    expect(t.hourBuckets({ from: now, to: now }, zone)).toEqual([]);
    expect(t.dayBuckets({ from: now, to: now }, zone)).toEqual([]);
    expect(() => t.dayBuckets({ from: now, to: at('2124-01-01T00:00:00Z') }, t.UTC)).toThrow(AssertionFailed);
  });
});

function joined(buckets: readonly t.Period[]): t.Period | undefined {
  const [first, last] = [buckets[0], buckets.at(-1)];
  buckets.slice(1).forEach((bucket, i) => expect(bucket.from).toBe(buckets[i]?.to));
  for (const { from, to } of buckets) expect(from < to).toBe(true);
  return first && last && { from: first.from, to: last.to };
}
