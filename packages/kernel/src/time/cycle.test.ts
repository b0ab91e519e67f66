import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../assert.js';
import { cyclePeriod, cyclePeriodAt, cyclePeriods, fullPeriod, isCycle, type Cycle } from './cycle.js';
import * as t from './time.js';

const ZONES = ['UTC', 'Europe/Vilnius', 'America/Sao_Paulo', 'Pacific/Apia', 'Australia/Lord_Howe'].map(
  t.timeZone,
);
const anyCycle: fc.Arbitrary<Cycle> = fc
  .record({
    unit: fc.constantFrom('day', 'week', 'month', 'year' as const),
    count: fc.integer({ min: 1, max: 14 }),
    alignment: fc.constantFrom('anniversary', 'calendar' as const),
    anchor: fc
      .integer({ min: 0, max: 20_000 })
      .map((days) => t.addDaysToDate(t.localDate('1975-01-01'), days)),
    timeZone: fc.constantFrom(...ZONES),
    day: fc.option(fc.integer({ min: 1, max: 31 }), { nil: undefined }),
  })
  .map(({ day, ...cycle }) => (day === undefined ? cycle : { ...cycle, anchorDay: day }))
  .filter(isCycle);
const monthly: Cycle = {
  unit: 'month',
  count: 1,
  alignment: 'anniversary',
  anchor: t.localDate('2024-01-31'),
  timeZone: t.UTC,
};

describe('billing cycles', () => {
  test('the day of the anchor is remembered through short months', () => {
    expect(cyclePeriods(monthly, 4).map(({ from }) => from)).toEqual([
      '2024-01-31',
      '2024-02-29',
      '2024-03-31',
      '2024-04-30',
    ]);
  });

  test('periods follow each other without gap or overlap from the anchor on', () => {
    fc.assert(
      fc.property(anyCycle, (cycle) => {
        const periods = cyclePeriods(cycle, 12);
        expect(periods[0]?.from).toBe(cycle.anchor);
        periods.forEach((period, i) => {
          expect(period.index).toBe(i);
          expect(period.from < period.to).toBe(true);
          expect(period.startsAt).toBe(t.startOfDate(period.from, cycle.timeZone));
          if (i > 0)
            expect([period.from, period.startsAt]).toEqual([periods[i - 1]?.to, periods[i - 1]?.endsAt]);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('many steps at once are as many single steps', () => {
    fc.assert(
      fc.property(anyCycle, fc.integer({ min: 0, max: 30 }), (cycle, index) => {
        expect(cyclePeriod(cycle, index)).toEqual(cyclePeriods(cycle, index + 1)[index]);
      }),
      { numRuns: 60 },
    );
  });

  test('every instant from the anchor on is found in the one period that contains it', () => {
    const daysLater = fc.double({ min: 0, max: 36_525, noNaN: true });
    fc.assert(
      fc.property(anyCycle, daysLater, (cycle, days) => {
        const at = t.addMs(t.startOfDate(cycle.anchor, cycle.timeZone), Math.floor(days * 86_400_000));
        const found = cyclePeriodAt(cycle, at);
        if (found === 'BEFORE_START') throw new Error('an instant after the anchor is not before the start');
        expect(t.contains({ from: found.startsAt, to: found.endsAt }, at)).toBe(true);
        expect(cyclePeriod(cycle, found.index)).toEqual(found);
      }),
      { numRuns: 300 },
    );
  });

  test('both ends of a period are found at the exact millisecond', () => {
    fc.assert(
      fc.property(anyCycle, fc.integer({ min: 0, max: 200 }), (cycle, index) => {
        const period = cyclePeriod(cycle, index);
        fc.pre(period.startsAt < period.endsAt);
        expect(cyclePeriodAt(cycle, period.startsAt)).toEqual(period);
        expect(cyclePeriodAt(cycle, t.addMs(period.endsAt, -1))).toEqual(period);
      }),
      { numRuns: 100 },
    );
  });

  test('nothing is billed before the anchor', () => {
    expect(cyclePeriodAt(monthly, t.instant('2024-01-30T23:59:59.999Z'))).toBe('BEFORE_START');
    expect(cyclePeriodAt(monthly, t.instant('2024-01-31T00:00:00Z'))).toMatchObject({ index: 0 });
  });

  test('a billing day after the anchor makes a short first period', () => {
    const cycle: Cycle = { ...monthly, anchor: t.localDate('2024-02-10'), anchorDay: 31 };
    expect(cyclePeriods(cycle, 3).map(({ from, to }) => `${from} ${to}`)).toEqual([
      '2024-02-10 2024-02-29',
      '2024-02-29 2024-03-31',
      '2024-03-31 2024-04-30',
    ]);
  });

  test.each<[Partial<Cycle>, string, string]>([
    [{ alignment: 'calendar', anchor: t.localDate('2024-01-18') }, '2024-01-01', '2024-02-01'],
    [{ alignment: 'calendar', anchor: t.localDate('2024-03-01'), count: 3 }, '2024-01-01', '2024-04-01'],
    [{ alignment: 'calendar', anchor: t.localDate('2024-01-18'), unit: 'week' }, '2024-01-15', '2024-01-22'],
    [{ alignment: 'calendar', anchor: t.localDate('2024-12-31'), unit: 'year' }, '2024-01-01', '2025-01-01'],
    [{ anchor: t.localDate('2024-02-10'), anchorDay: 31 }, '2024-01-31', '2024-02-29'],
    [{ anchor: t.localDate('2024-03-31'), anchorDay: 30, count: 2 }, '2024-02-29', '2024-04-30'],
  ])('the first period of %j is the end of a whole one', (part, from, to) => {
    const whole = { from: `${from}T00:00:00.000Z`, to: `${to}T00:00:00.000Z` };
    expect(fullPeriod({ ...monthly, ...part }, 0)).toEqual(whole);
    expect(fullPeriod({ ...monthly, ...part }, 1)).toBeNull();
  });

  test('a period that is not shorter than the others is whole', () => {
    fc.assert(
      fc.property(anyCycle, (cycle) => {
        const [first, full] = [cyclePeriod(cycle, 0), fullPeriod(cycle, 0)];
        if (full === null) return;
        expect(full.to).toBe(first.endsAt);
        expect(full.from < first.startsAt).toBe(true);
      }),
    );
  });

  test('a skipped date is an empty period that contains no instant', () => {
    const apia = t.timeZone('Pacific/Apia');
    const daily: Cycle = { ...monthly, unit: 'day', anchor: t.localDate('2011-12-29'), timeZone: apia };
    const skipped = cyclePeriod(daily, 1);
    expect([skipped.from, skipped.startsAt === skipped.endsAt]).toEqual(['2011-12-30', true]);
    expect(cyclePeriodAt(daily, skipped.startsAt)).toMatchObject({ index: 2, from: '2011-12-31' });
  });

  test.each<Partial<Cycle>>([
    { count: 0 },
    { count: 1.5 },
    { count: 1_000 },
    { anchorDay: 32 },
    { anchorDay: 15, unit: 'year' },
    { anchorDay: 15, alignment: 'calendar' },
    { alignment: 'calendar', unit: 'day' },
    { alignment: 'calendar', unit: 'month', count: 5 },
    { alignment: 'calendar', unit: 'week', count: 2 },
  ])('%j does not fit together', (part) => {
    expect(isCycle({ ...monthly, ...part })).toBe(false);
    expect(() => cyclePeriod({ ...monthly, ...part }, 0)).toThrow(AssertionFailed);
  });
});
