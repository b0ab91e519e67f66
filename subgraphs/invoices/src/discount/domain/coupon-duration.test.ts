import { expect, test } from 'vitest';
import { isCouponActive, type CouponDuration } from './coupon-duration.js';

const activeCycles = (duration: CouponDuration, appliedIn: number) =>
  [0, 1, 2, 3, 4, 5].filter((cycle) => isCouponActive(duration, appliedIn, cycle));

test('a coupon lasts its cycles from the one in which it was applied', () => {
  expect(activeCycles({ kind: 'once' }, 1)).toEqual([1]);
  expect(activeCycles({ kind: 'repeating', cycles: 3 }, 1)).toEqual([1, 2, 3]);
  expect(activeCycles({ kind: 'forever' }, 2)).toEqual([2, 3, 4, 5]);
});

test('a coupon of no cycles takes nothing off', () => {
  expect(activeCycles({ kind: 'repeating', cycles: 0 }, 0)).toEqual([]);
});
