import { expect, test } from 'vitest';
import { Allowance } from './allowance.js';

test('what is allowed in a minute is allowed again in the next one, and never more', () => {
  let now = 1_000;
  const allowance = new Allowance(3, () => now);
  const takes = () => [1, 2, 3, 4].map(() => allowance.take());
  expect(takes()).toEqual([true, true, true, false]);
  now += 59_999;
  expect(allowance.take()).toBe(false);
  now += 1;
  expect(takes()).toEqual([true, true, true, false]);
});
