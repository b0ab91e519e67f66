import fc from 'fast-check';
import { expect, test } from 'vitest';
import { money } from './money.js';
import { activeFraction, prorate, type ProrationGrain } from './proration.js';
import * as r from '../number/rational.js';
import * as t from '../time/time.js';

const anyGrain = fc.constantFrom<ProrationGrain>('day', 'second', 'thirty_day');
const anyZone = fc.constantFrom(...['UTC', 'Europe/Vilnius', 'Pacific/Apia'].map(t.timeZone));
const threeDates = fc
  .tuple(fc.nat(18_000), fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 400 }))
  .map(([start, length, cut]) => {
    const from = t.addDaysToDate(t.localDate('1990-01-01'), start);
    return { from, cut: t.addDaysToDate(from, Math.min(cut, length)), to: t.addDaysToDate(from, length) };
  });

test('the parts before and after a change add up to the whole period', () => {
  fc.assert(
    fc.property(anyGrain, anyZone, threeDates, (grain, timeZone, { from, cut, to }) => {
      const period = { from, to };
      const before = activeFraction({ grain, timeZone }, period, { from, to: cut });
      const after = activeFraction({ grain, timeZone }, period, { from: cut, to });
      expect(r.add(before.numerator, after.numerator)).toEqual(before.denominator);
      expect(after.denominator).toEqual(before.denominator);
    }),
  );
});

test('what lies outside the period does not count', () => {
  const rule = { grain: 'day', timeZone: t.UTC } as const;
  const [jan, feb, mar] = ['2024-01-01', '2024-02-01', '2024-03-01'].map(t.localDate);
  const period = { from: feb!, to: mar! };
  expect(activeFraction(rule, period, { from: jan!, to: feb! }).numerator).toEqual(r.ZERO);
  const all = activeFraction(rule, period, { from: jan!, to: t.localDate('2024-12-01') });
  expect(all).toEqual({ numerator: r.fromInteger(29), denominator: r.fromInteger(29) });
});

test('a credit gives back at most what is left on the item', () => {
  const fraction = { numerator: r.fromInteger(2), denominator: r.fromInteger(3) };
  const leg = { type: 'credit', amount: r.fromInteger(10), fraction } as const;
  expect(prorate(leg, 'EUR')).toEqual(money(-667n, 'EUR'));
  expect(prorate({ ...leg, limit: money(500n, 'EUR') }, 'EUR')).toEqual(money(-500n, 'EUR'));
});

test('an empty period comes to nothing', () => {
  const fraction = { numerator: r.ZERO, denominator: r.ZERO };
  expect(prorate({ type: 'charge', amount: r.ONE, fraction }, 'EUR')).toEqual(money(0n, 'EUR'));
});
