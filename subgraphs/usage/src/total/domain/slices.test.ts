import { expect, test } from 'vitest';
import { instant, timeZone } from '@tollgate/kernel/time/time';
import { monthOf, rejectPeriod, slicesOf } from './slices.js';

const BERLIN = timeZone('Europe/Berlin');

test('a month is the local one, clock changes included', () => {
  const month = monthOf(instant('2024-02-29T23:30:00Z'), BERLIN);
  expect(month).toEqual({ from: '2024-02-29T23:00:00.000Z', to: '2024-03-31T22:00:00.000Z' });
  expect(slicesOf(month, 'DAY', BERLIN)).toHaveLength(31);
  expect(slicesOf(month, 'HOUR', BERLIN)).toHaveLength(31 * 24 - 1);
  expect(slicesOf(month, 'TOTAL', BERLIN)).toEqual([month]);
});

test('a period is bounded and goes forward', () => {
  const from = instant('2024-01-01T00:00:00Z');
  const to = instant('2024-03-01T00:00:00Z');
  expect(rejectPeriod({ from, to }, 'DAY')).toBeNull();
  expect(rejectPeriod({ from, to }, 'HOUR')).toContain('35 days');
  expect(rejectPeriod({ from: to, to: from }, 'DAY')).toContain('before');
});
