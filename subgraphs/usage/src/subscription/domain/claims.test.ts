import { instant, type Period } from '@tollgate/kernel/time/time';
import { ALL_USAGE } from '@tollgate/kernel/price/filter';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimed, claimsBefore, isWhole, outside, unclaimed } from './claims.js';

const day = (n: number) => instant(`2024-05-${String(n).padStart(2, '0')}T00:00:00Z`);
const MAY: Period = { from: day(1), to: day(31) };
const spans = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 31 })).map(([a, b]) => ({
    from: day(Math.min(a, b)),
    to: day(Math.max(a, b)),
    filter: ALL_USAGE,
  })),
  { maxLength: 6 },
);

test('every day of the period is either claimed or left, never both', () => {
  fc.assert(
    fc.property(spans, (claims) => {
      const parts = outside(MAY, claims);
      for (let n = 1; n < 31; n += 1) {
        const inside = (list: readonly Period[]) =>
          list.some(({ from, to }) => from <= day(n) && day(n) < to);
        expect(inside(parts)).toBe(!inside(claims));
      }
    }),
  );
});

test('a period that nobody claims is left whole', () => {
  expect(isWhole(MAY, outside(MAY, []))).toBe(true);
  expect(isWhole(MAY, outside(MAY, [{ from: day(3), to: day(4), filter: ALL_USAGE }]))).toBe(false);
  expect(isWhole(MAY, outside(MAY, [{ ...MAY, filter: ALL_USAGE }]))).toBe(false);
});

test('an older subscription that priced the meter comes first, a younger one or another meter does not', () => {
  const old = { id: 'sub_a', beganAt: day(1), endsAt: day(5), priced: ['mtr_x'], claims: null };
  const running = { ...old, id: 'sub_b', endsAt: null };
  expect(claimsBefore('sub_c', 'mtr_x', [old])).toEqual([{ from: day(1), to: day(5), filter: [] }]);
  expect(claimsBefore('sub_c', 'mtr_x', [running])[0]?.to).toBe('9999-12-31T23:59:59.000Z');
  expect(claimsBefore('sub_c', 'mtr_y', [old])).toEqual([]);
  expect(claimsBefore('sub_a', 'mtr_x', [old, running])).toEqual([]);
});

test('a subscription that changes plans claims a meter for as long as it priced it, and its end ends what is open', () => {
  const first = claimed({}, ['mtr_x'], day(1));
  const second = claimed(first, ['mtr_y'], day(5));
  const third = claimed(second, ['mtr_x', 'mtr_y'], day(9));
  expect(third).toEqual({
    mtr_x: [
      { from: day(1), to: day(5) },
      { from: day(9), to: null },
    ],
    mtr_y: [{ from: day(5), to: null }],
  });
  expect(unclaimed(third, day(12))['mtr_y']).toEqual([{ from: day(5), to: day(12) }]);
  const one = { id: 'sub_a', beganAt: day(1), endsAt: day(20), priced: [], claims: third };
  expect(claimsBefore('sub_b', 'mtr_x', [one])).toEqual([
    { from: day(1), to: day(5), filter: [] },
    { from: day(9), to: day(20), filter: [] },
  ]);
});
