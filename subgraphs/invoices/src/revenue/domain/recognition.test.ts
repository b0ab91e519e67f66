import { money } from '@tollgate/kernel/money/money';
import { addDaysToDate, localDate } from '@tollgate/kernel/time/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { recognisedBefore, recognitionSchedule, standings, type RevenueOverTime } from './recognition.js';

const anyRevenue: fc.Arbitrary<RevenueOverTime> = fc
  .record({
    minor: fc.bigInt(-1_000_000n, 1_000_000n),
    start: fc.nat(20_000),
    days: fc.integer({ min: 1, max: 800 }),
  })
  .map(({ minor, start, days }) => {
    const from = addDaysToDate(localDate('1990-01-01'), start);
    return { amount: money(minor, 'EUR'), from, to: addDaysToDate(from, days) };
  });

test('days and months are cut without gaps and sum to the whole amount', () => {
  fc.assert(
    fc.property(anyRevenue, fc.constantFrom('day' as const, 'month' as const), (item, bucket) => {
      const answer = recognitionSchedule(item, bucket);
      if (!answer.ok) throw new Error('refused');
      const buckets = answer.value;
      expect(buckets.reduce((sum, { amount }) => sum + amount.minor, 0n)).toBe(item.amount.minor);
      expect([buckets[0]?.from, buckets.at(-1)?.to]).toEqual([item.from, item.to]);
      buckets.slice(1).forEach(({ from }, i) => {
        expect(from).toBe(buckets[i]?.to);
      });
    }),
    { numRuns: 60 },
  );
});

test('what is earned and what is deferred are the amount, whichever way the clock came', () => {
  fc.assert(
    fc.property(anyRevenue, fc.array(fc.integer({ min: -5, max: 900 }), { minLength: 1 }), (item, days) => {
      const dates = days.map((day) => addDaysToDate(item.from, day));
      const answer = standings([item], dates, 'EUR');
      if (!answer.ok) throw new Error('refused');
      answer.value.forEach(({ cumulative, deferred }, i) => {
        expect(cumulative.minor + deferred.minor).toBe(item.amount.minor);
        expect(cumulative).toEqual(recognisedBefore(item, dates[i] ?? item.from));
      });
    }),
  );
});

test('an empty span and a foreign currency are refused with the field', () => {
  const day = localDate('2024-04-01');
  const item = { amount: money(100n, 'EUR'), from: day, to: day };
  expect(standings([item], [day], 'EUR')).toMatchObject({ ok: false, rejection: { field: 'items[0].to' } });
  expect(recognitionSchedule(item, 'day')).toMatchObject({ ok: false, rejection: { field: 'items[0].to' } });
  const foreign = { amount: money(100n, 'USD'), on: day };
  expect(standings([foreign], [day], 'EUR')).toMatchObject({
    ok: false,
    rejection: { field: 'items[0].amount' },
  });
});

test('a schedule that nobody reads is refused, not computed', () => {
  const item = { amount: money(100n, 'EUR'), from: localDate('1000-01-01'), to: localDate('9000-01-01') };
  expect(recognitionSchedule(item, 'day')).toMatchObject({ ok: false, rejection: { field: 'bucket' } });
});
