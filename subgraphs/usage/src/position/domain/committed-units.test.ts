import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDecimal, decimal, mulDecimal, subDecimal, sumDecimals } from '@tollgate/kernel/number/decimal';
import type { CommitmentWindow } from '@tollgate/kernel/price/model';
import { NO_UNITS, settledUnits } from '@tollgate/kernel/rating/commitment';
import { instant, timeZone, type Instant } from '@tollgate/kernel/time/time';
import { unitsOfWindows, unitsSpread, type PricedPeriod } from './committed-units.js';
import { windowsOf } from './windows.js';

const TEN = decimal('10');
const begin = instant('2025-03-01T05:00:00Z');
const opened = instant('2025-04-01T04:00:00Z');
const NEW_YORK = timeZone('America/New_York');

const periodUpTo = (to: Instant, isOver: boolean): PricedPeriod => ({
  terms: { timeZone: NEW_YORK, grain: 'day' },
  ...{ period: { from: begin, to }, opened, settles: { isOver, full: null } },
});
const windowsFor = (window: CommitmentWindow) => windowsOf(window, { from: begin, to: opened }, NEW_YORK);
const unitsAt = (
  to: Instant,
  isOver: boolean,
  { window = 'day' as CommitmentWindow, used = new Map<number, string>() } = {},
) =>
  unitsOfWindows({
    price: { committedQuantity: TEN, window },
    windows: windowsFor(window),
    used: new Map([...used].map(([index, text]) => [index, decimal(text)])),
    of: periodUpTo(to, isOver),
  });

test('windows are of the local clock: a day of 23 hours is one, and hours are those that passed', () => {
  expect(windowsFor('day').indexOf(instant('2025-04-01T03:59:59Z'))).toBe(30);
  expect(windowsFor('day').boundsOf(8)).toEqual({
    from: instant('2025-03-09T05:00:00Z'),
    to: instant('2025-03-10T04:00:00Z'),
  });
  expect(windowsFor('hour').indexOf(instant('2025-04-01T03:59:59Z'))).toBe(31 * 24 - 2);
  const half = windowsOf(
    'hour',
    { from: instant('2025-01-01T00:10:00Z'), to: opened },
    timeZone('Asia/Kolkata'),
  );
  expect(half.boundsOf(0).from).toBe('2024-12-31T23:30:00.000Z');
});

test('months keep the day of a period that begins at the end of one, so that none has a rest', () => {
  const [from, to] = [instant('2025-04-30T00:00:00Z'), instant('2025-07-31T00:00:00Z')];
  const months = windowsOf('month', { from, to }, timeZone('UTC'));
  expect([0, 1, 2].map((index) => months.boundsOf(index).to.slice(0, 10))).toEqual([
    '2025-05-31',
    '2025-06-30',
    '2025-07-31',
  ]);
});

test('before it is over a window owes nothing, at the end of its period its share', () => {
  const inside = instant('2025-03-03T17:00:00Z');
  expect(unitsAt(inside, false).shortfall).toBe('20');
  expect(unitsAt(inside, true).shortfall).toBe('20');
  expect(unitsAt(inside, true, { window: 'hour' }).shortfall).toBe('600');
  expect(unitsAt(instant('2025-03-11T04:00:00Z'), true, { window: 'period' }).shortfall).toBe(
    '3.225806451613',
  );
  expect(unitsAt(opened, true, { used: new Map([[2, '14']]) })).toEqual({
    ...{ committed: '10', overage: '4', shortfall: '300' },
  });
});

test('without a bill nothing is owed, and of no time nothing either', () => {
  const { settles: _settles, ...open } = periodUpTo(opened, true);
  const asked = { price: { committedQuantity: TEN, window: 'day' as const }, windows: windowsFor('day') };
  expect(unitsOfWindows({ ...asked, used: new Map(), of: open })).toEqual(NO_UNITS);
  expect(unitsAt(begin, true)).toEqual(NO_UNITS);
});

const days = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 31, maxLength: 31 });

test('all windows of a period come to what each comes to alone, whether seen at once or day by day', () => {
  fc.assert(
    fc.property(days, fc.integer({ min: 1, max: 30 }), (quantities, cut) => {
      const texts = quantities.map(String);
      const all = new Map(texts.flatMap((text, i) => (text === '0' ? [] : [[i, text] as const])));
      const whole = unitsAt(opened, true, { used: all });
      expect(whole).toEqual(settledUnits(TEN, texts.map(decimal)));
      // In two stretches: what is known at the cut, and the rest.
      const at = windowsFor('day').boundsOf(cut).from;
      const before = unitsAt(at, false, { used: new Map([...all].filter(([i]) => i < cut)) });
      const rest = settledUnits(TEN, texts.slice(cut).map(decimal));
      expect(addDecimal(before.shortfall, rest.shortfall)).toBe(whole.shortfall);
      expect(subDecimal(whole.committed, before.committed)).toBe(rest.committed);
    }),
    { numRuns: 50 },
  );
});

test('used, missing and what is beyond add up to what was used and what was committed', () => {
  fc.assert(
    fc.property(days, (quantities) => {
      const used = new Map(quantities.map((n, i) => [i, String(n)]));
      const { committed, overage, shortfall } = unitsAt(opened, true, { used });
      expect(addDecimal(committed, overage)).toBe(sumDecimals(quantities.map((n) => decimal(String(n)))));
      expect(addDecimal(committed, shortfall)).toBe(mulDecimal(TEN, decimal('31')));
    }),
    { numRuns: 50 },
  );
});

test('a sum that is spread evenly settles as if each window had its part', () => {
  const asked = { price: { committedQuantity: TEN, window: 'day' as const }, windows: windowsFor('day') };
  const of = periodUpTo(opened, true);
  expect(unitsSpread({ ...asked, of }, decimal('62'))).toEqual({
    ...{ committed: '62', overage: '0', shortfall: '248' },
  });
  expect(unitsSpread({ ...asked, of }, decimal('341'))).toEqual({
    ...{ committed: '310', overage: '31', shortfall: '0' },
  });
});
