import { expect, test } from 'vitest';
import { instant, timeZone } from '@tollgate/kernel/time/time';
import { monthOf, piecesOf, rejectPeriod, slicesOf } from './slices.js';

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

test.each([
  ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z', 0],
  ['2024-01-01T10:00:00Z', '2024-01-01T12:00:00Z', 1],
  ['2024-01-01T10:00:00Z', '2024-02-01T00:00:00Z', 31],
  ['2024-01-01T00:00:00Z', '2390-01-01T00:00:00Z', 400],
])('%s to %s is counted in pieces that follow each other', (from, to, count) => {
  const pieces = piecesOf({ from: instant(from), to: instant(to) });
  expect(pieces).toHaveLength(count);
  pieces.slice(1).forEach((piece, i) => expect(piece.from).toBe(pieces[i]?.to));
  expect([pieces[0]?.from, pieces.at(-1)?.to]).toEqual(
    count === 0 ? [undefined, undefined] : [instant(from), instant(to)],
  );
});
