import { cyclePeriodAt, cyclePeriods, type Cycle, type CyclePeriod } from '@tollgate/kernel/time/cycle';
import { allocate, money } from '@tollgate/kernel/money/money';
import { activeFraction, prorate, type ProrationGrain } from '@tollgate/kernel/money/proration';
import * as rational from '@tollgate/kernel/number/rational';
import { addMs, localDate, startOfDate, timeZone } from '@tollgate/kernel/time/time';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const anyZone = fc.constantFrom(
  ...['UTC', 'Europe/Vilnius', 'America/New_York', 'Pacific/Apia'].map(timeZone),
);
const grains: readonly ProrationGrain[] = ['day', 'second', 'thirty_day'];
const day = localDate;

test('a period cut at any instant comes to the whole, but for the rounding of its two legs', () => {
  const anyMs = fc.integer({ min: 0, max: 366 * 86_400_000 });
  fc.assert(
    fc.property(
      fc.constantFrom(...grains),
      anyZone,
      fc.bigInt(0n, 10_000_000n),
      anyMs,
      (grain, zone, minor, ms) => {
        const period = { from: day('2024-01-01'), to: day('2025-01-01') };
        const cut = addMs(startOfDate(period.from, zone), ms);
        const leg = (active: Parameters<typeof activeFraction>[2]) => {
          const fraction = activeFraction({ grain, timeZone: zone }, period, active);
          return prorate({ type: 'charge', amount: rational.rational(minor, 100n), fraction }, 'EUR').minor;
        };
        const parts = leg({ from: period.from, to: cut }) + leg({ from: cut, to: period.to });
        const difference = parts - leg(period);
        expect(difference >= -1n && difference <= 1n).toBe(true);
      },
    ),
  );
});

test('the parts of an amount sum to it, and no part is a cent or more from its exact share', () => {
  const anyWeights = fc.array(fc.bigInt(0n, 1_000n), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.bigInt(-1_000_000n, 1_000_000n), anyWeights, (minor, weights) => {
      const whole = weights.reduce((sum, weight) => sum + weight, 0n);
      const parts = allocate(money(minor, 'EUR'), weights.map(rational.fromInteger));
      if (whole === 0n) {
        expect(parts).toBeNull();
        return;
      }
      expect(parts?.reduce((sum, part) => sum + part.minor, 0n)).toBe(minor);
      parts?.forEach((part, i) => {
        const away = part.minor * whole - minor * (weights[i] ?? 0n);
        expect(away < whole && away > -whole).toBe(true);
      });
    }),
  );
});

test('a clock that walks from period to period, and one that jumps, see the same periods', () => {
  const anyCycle = fc.record({
    unit: fc.constantFrom<Cycle['unit']>('day', 'week', 'month', 'year'),
    count: fc.integer({ min: 1, max: 6 }),
    anchor: fc.constantFrom(...['2024-01-31', '2024-02-29', '2023-10-29', '2011-12-28'].map(day)),
    timeZone: anyZone,
  });
  fc.assert(
    fc.property(anyCycle, (given) => {
      const cycle: Cycle = { ...given, alignment: 'anniversary' };
      const jumped = cyclePeriods(cycle, 12).filter(({ startsAt, endsAt }) => startsAt < endsAt);
      const walked: CyclePeriod[] = [];
      for (let at = startOfDate(cycle.anchor, cycle.timeZone); walked.length < jumped.length;) {
        const period = cyclePeriodAt(cycle, at);
        if (period === 'BEFORE_START') throw new Error('a clock that walks is never before the anchor');
        walked.push(period);
        at = period.endsAt;
      }
      expect(walked).toEqual(jumped);
    }),
  );
});
