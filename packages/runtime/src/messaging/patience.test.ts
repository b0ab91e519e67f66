import { expect, test } from 'vitest';
import { Patience } from './patience.js';

test('patience is spent, and comes back ten times slower than time passes', () => {
  let nowMs = 0;
  const patience = new Patience(() => nowMs);
  expect([patience.spend(2_600), patience.spend(600), patience.spend(400)]).toEqual([true, false, true]);
  nowMs += 999;
  expect(patience.spend(100)).toBe(false);
  nowMs += 1;
  expect(patience.spend(100)).toBe(true);
  nowMs += 1_000_000;
  expect([patience.spend(3_001), patience.spend(3_000)]).toEqual([false, true]);
});
