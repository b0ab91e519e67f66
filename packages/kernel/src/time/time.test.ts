import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { AssertionFailed } from '../assert.js';
import * as t from './time.js';

const ZONES = [
  'UTC',
  'Europe/Vilnius',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Pacific/Apia',
  'America/St_Johns',
  'Asia/Beirut',
].map(t.timeZone);
const anyZone = fc.constantFrom(...ZONES);
const anyMs = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
/** The years whose clock changes the zone tables know well. */
const anyRecentMs = fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(2035, 0, 1) });
const at = t.instant;
const date = t.localDate;

describe('instants', () => {
  test.each([
    ['2024-05-03T10:00:00Z', '2024-05-03T10:00:00.000Z'],
    ['2024-05-03t10:00:00.1z', '2024-05-03T10:00:00.100Z'],
    ['2024-05-03T10:00:00.123999999999Z', '2024-05-03T10:00:00.123Z'],
    ['2024-05-03T10:00:00+05:30', '2024-05-03T04:30:00.000Z'],
    ['2024-01-01T00:00:00+00:01', '2023-12-31T23:59:00.000Z'],
    ['2024-02-29T23:30:00-02:00', '2024-03-01T01:30:00.000Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, expected) => {
    expect(t.parseInstant(text)).toBe(expected);
  });

  test.each([
    '',
    '2024-05-03',
    '2024-05-03T10:00:00',
    '2024-05-03 10:00:00Z',
    '2024-05-03T10:00Z',
    '2024-05-03T24:00:00Z',
    '2024-05-03T10:60:00Z',
    '2016-12-31T23:59:60Z',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-05-03T10:00:00+0530',
    '2024-05-03T10:00:00+24:00',
    '2024-05-03T10:00:00.Z',
    '+02024-05-03T10:00:00Z',
    '0000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '2024-05-03T10:00:00Z\n',
    `2024-05-03T10:00:00.${'1'.repeat(100)}Z`,
    '1714730400000',
  ])('%j is refused', (text) => {
    expect(t.parseInstant(text)).toBeNull();
  });

  test('agree with the calendar of the language in every millisecond of ten thousand years', () => {
    fc.assert(
      fc.property(anyMs, (ms) => {
        const instant = t.instantFromMs(ms);
        expect(instant).toBe(new Date(ms).toISOString());
        expect(t.toMs(instant)).toBe(ms);
        expect(t.parseInstant(instant)).toBe(instant);
      }),
    );
  });

  test('text order is time order', () => {
    fc.assert(
      fc.property(anyMs, anyMs, (a, b) => {
        expect(t.instantFromMs(a) < t.instantFromMs(b)).toBe(a < b);
      }),
    );
  });

  test('seconds are added across days and years', () => {
    expect(t.addSeconds(at('2023-12-31T23:59:59.500Z'), 1)).toBe('2024-01-01T00:00:00.500Z');
    expect(t.addSeconds(at('2024-01-01T00:00:00Z'), -0.001)).toBe('2023-12-31T23:59:59.999Z');
    expect(() => t.addSeconds(at('9999-12-31T23:59:59Z'), 1)).toThrow(AssertionFailed);
  });

  test('a period contains its start and not its end', () => {
    const period = { from: at('2024-01-01T00:00:00Z'), to: at('2024-02-01T00:00:00Z') };
    expect(t.contains(period, period.from)).toBe(true);
    expect(t.contains(period, at('2024-01-31T23:59:59.999Z'))).toBe(true);
    expect(t.contains(period, period.to)).toBe(false);
  });
});

describe('dates and zones', () => {
  test.each([
    '2023-02-29',
    '2024-04-31',
    '2024-00-01',
    '2024-1-1',
    '',
    '2024-01-01T',
    '20240101',
    '1900-02-29',
  ])('%j is no date', (text) => {
    expect(t.parseDate(text)).toBeNull();
  });

  test('days are counted over leap years', () => {
    expect(t.addDaysToDate(date('2024-02-28'), 1)).toBe('2024-02-29');
    expect(t.addDaysToDate(date('2023-02-28'), 1)).toBe('2023-03-01');
    expect(t.daysBetween(date('2000-01-01'), date('2001-01-01'))).toBe(366);
    expect(t.daysBetween(date('2024-03-01'), date('2024-02-01'))).toBe(-29);
  });

  test.each([
    ['Europe/Vilnius', 'Europe/Vilnius'],
    ['europe/vilnius', 'Europe/Vilnius'],
    ['UTC', 'UTC'],
    ['utc', 'UTC'],
  ])('%s is the zone %s', (text, expected) => {
    expect(t.parseTimeZone(text)).toBe(expected);
  });

  test.each([
    '+02:00',
    '-05',
    'Z',
    '',
    'Mars/Olympus',
    'Europe/',
    '2024-01-01T00:00Z',
    'x'.repeat(100),
    'Europe/Vilnius ',
  ])('%j is no zone', (text) => {
    expect(t.parseTimeZone(text)).toBeNull();
  });

  test('the same instant has different dates around the world', () => {
    const instant = at('2024-05-03T23:00:00Z');
    const dates = ['America/New_York', 'UTC', 'Asia/Kolkata'].map((tz) => t.dateOf(instant, t.timeZone(tz)));
    expect(dates).toEqual(['2024-05-03', '2024-05-03', '2024-05-04']);
    expect(t.timeOf(instant, t.timeZone('Asia/Kolkata'))).toBe('04:30:00.000');
  });

  test.each([
    ['2024-03-31', 'Europe/Vilnius', '2024-03-30T22:00:00.000Z'],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['2011-12-31', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['1919-03-31', 'America/Toronto', '1919-03-31T04:30:00.000Z'],
    ['2010-11-07', 'America/St_Johns', '2010-11-07T02:30:00.000Z'],
  ])('%s in %s starts at %s', (day, tz, expected) => {
    expect(t.startOfDate(date(day), t.timeZone(tz))).toBe(expected);
  });

  test('a date starts at the first instant whose local date is this or later', () => {
    fc.assert(
      fc.property(anyRecentMs, anyZone, (ms, tz) => {
        const day = t.dateOf(t.instantFromMs(ms), tz);
        const start = t.startOfDate(day, tz);
        expect(t.dateOf(start, tz) >= day).toBe(true);
        expect(t.dateOf(t.addMs(start, -1), tz) < day).toBe(true);
        for (let back = 1; back <= 48; back++) {
          expect(t.dateOf(t.addSeconds(start, -back * 1800), tz) < day).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['2024-03-31', '03:30', 'Europe/Vilnius', '2024-03-31T01:30:00.000Z'],
    ['2024-10-27', '03:30', 'Europe/Vilnius', '2024-10-27T00:30:00.000Z'],
    ['2024-07-01', '09:00:30.250', 'America/New_York', '2024-07-01T13:00:30.250Z'],
  ])('%s at %s in %s is %s', (day, time, tz, expected) => {
    expect(t.instantOf(date(day), time, t.timeZone(tz))).toBe(expected);
  });
});

test('civil dates agree with Temporal', () => {
  fc.assert(
    fc.property(fc.integer({ min: -700_000, max: 2_900_000 }), (days) => {
      const expected = Temporal.PlainDate.from('1970-01-01').add({ days }).toString();
      expect(t.addDaysToDate(date('1970-01-01'), days)).toBe(expected);
    }),
  );
});
