import { Temporal } from 'temporal-polyfill';
import { assert } from '../assert.js';
import { civilFromDays, daysFromCivil, daysInMonth, type CivilDate } from './calendar.js';

declare const brand: unique symbol;

/** A moment as `YYYY-MM-DDTHH:mm:ss.sssZ` in UTC: text order is time order. */
export type Instant = string & { readonly [brand]: 'Instant' };

/** A calendar date `YYYY-MM-DD` without a zone: text order is date order. */
export type LocalDate = string & { readonly [brand]: 'LocalDate' };

/** An IANA time zone, `Europe/Vilnius`. */
export type TimeZone = string & { readonly [brand]: 'TimeZone' };

/** Half-open: `from` belongs to it, `to` does not. */
export interface Period {
  readonly from: Instant;
  readonly to: Instant;
}

/** A local hour is known by its offset too: the hour that a clock change repeats is two. */
export interface LocalHour {
  readonly date: LocalDate;
  readonly hour: number;
  /** Like `+02:00`. */
  readonly offset: string;
}

/** More than a year of hours is a mistake of the caller, who bounds the period first. */
export const BUCKETS_MAX = 10_000;

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;
const EARLIEST_MS = daysFromCivil({ year: 0, month: 1, day: 1 }) * DAY_MS;
const LATEST_MS = daysFromCivil({ year: 10_000, month: 1, day: 1 }) * DAY_MS - 1;

const INSTANT_MAX_CHARS = 64;
const INSTANT_TEXT =
  /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;
const USUAL_TEXT =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{3})?Z$/;
const DATE_TEXT = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME_TEXT = /^([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,3})?)?$/;
const ZONE_TEXT = /^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/;

/** RFC 3339 with any offset, cut to milliseconds; null for anything else, for leap seconds and outside years 0–9999. */
export function parseInstant(text: string): Instant | null {
  // In UTC, of a day that every month has: as most are.
  if (USUAL_TEXT.test(text)) return (text.length === 24 ? text : `${text.slice(0, -1)}.000Z`) as Instant;
  const match = text.length <= INSTANT_MAX_CHARS ? INSTANT_TEXT.exec(text) : null;
  if (match === null) return null;
  const [, day = '', hour, minute, second, fraction = '', sign, offsetHour = '0', offsetMinute = '0'] = match;
  const date = parseDate(day);
  if (date === null) return null;
  const offsetMs = Number(offsetHour) * HOUR_MS + Number(offsetMinute) * MINUTE_MS;
  const timeMs =
    Number(hour) * HOUR_MS +
    Number(minute) * MINUTE_MS +
    Number(second) * SECOND_MS +
    Number(fraction.slice(0, 3).padEnd(3, '0'));
  const ms = dayNumber(date) * DAY_MS + timeMs - (sign === '-' ? -offsetMs : offsetMs);
  return withinYears(ms) ? instantFromMs(ms) : null;
}

/** An instant we wrote ourselves; anything else is a bug. */
export function instant(text: string): Instant {
  const parsed = parseInstant(text);
  assert(parsed !== null, `not an instant: ${text.slice(0, INSTANT_MAX_CHARS)}`);
  return parsed;
}

/** The instant so many milliseconds after 1970-01-01T00:00:00Z. */
export function instantFromMs(ms: number): Instant {
  assert(Number.isInteger(ms) && withinYears(ms), 'instants are whole milliseconds in years 0 to 9999');
  const days = Math.floor(ms / DAY_MS);
  const rest = ms - days * DAY_MS;
  const [hour, minute] = [Math.floor(rest / HOUR_MS), Math.floor((rest % HOUR_MS) / MINUTE_MS)];
  const [second, milli] = [Math.floor((rest % MINUTE_MS) / SECOND_MS), rest % SECOND_MS];
  const time = `${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}.${digits(milli, 3)}`;
  return `${dateFromDayNumber(days)}T${time}Z` as Instant;
}

/** Milliseconds since 1970-01-01T00:00:00Z. */
export function toMs(at: Instant): number {
  const part = (from: number, to: number) => Number(at.slice(from, to));
  const timeMs = part(11, 13) * HOUR_MS + part(14, 16) * MINUTE_MS + part(17, 19) * SECOND_MS + part(20, 23);
  return dayNumber(at.slice(0, 10) as LocalDate) * DAY_MS + timeMs;
}

/** So many seconds later; negative ones are earlier. */
export function addSeconds(at: Instant, seconds: number): Instant {
  return addMs(at, seconds * SECOND_MS);
}

/** So many milliseconds later; negative ones are earlier. */
export function addMs(at: Instant, ms: number): Instant {
  return instantFromMs(toMs(at) + ms);
}

/** A calendar date of years 0–9999, or null. */
export function parseDate(text: string): LocalDate | null {
  const match = DATE_TEXT.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return text as LocalDate;
}

/** A date we wrote ourselves; anything else is a bug. */
export function localDate(text: string): LocalDate {
  const parsed = parseDate(text);
  assert(parsed !== null, `not a date: ${text.slice(0, 40)}`);
  return parsed;
}

/** Year, month and day of a date. */
export function civilOf(date: LocalDate): CivilDate {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) };
}

/** The date of a year 0–9999, month and day that exist. */
export function dateFromCivil({ year, month, day }: CivilDate): LocalDate {
  return localDate(`${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`);
}

/** So many days later in the calendar; negative ones are earlier. */
export function addDaysToDate(date: LocalDate, days: number): LocalDate {
  return dateFromDayNumber(dayNumber(date) + days);
}

/** Calendar days from the first date to the second; below zero when the second is earlier. */
export function daysBetween(from: LocalDate, to: LocalDate): number {
  return dayNumber(to) - dayNumber(from);
}

/** An IANA zone in its usual spelling; null for unknown names and for raw offsets, which know no summer time. */
export function parseTimeZone(text: string): TimeZone | null {
  if (!ZONE_TEXT.test(text)) return null;
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId as TimeZone;
  } catch {
    return null;
  }
}

/** A zone we wrote ourselves; anything else is a bug. */
export function timeZone(text: string): TimeZone {
  const parsed = parseTimeZone(text);
  assert(parsed !== null, `not a time zone: ${text.slice(0, 64)}`);
  return parsed;
}

export const UTC: TimeZone = timeZone('UTC');

/** Whether the instant lies in the period: its start does, its end does not. */
export function contains(period: Period, at: Instant): boolean {
  return period.from <= at && at < period.to;
}

/** The local calendar date of an instant. */
export function dateOf(at: Instant, tz: TimeZone): LocalDate {
  if (tz === UTC) return at.slice(0, 10) as LocalDate;
  return localDate(zoned(at, tz).toPlainDate().toString());
}

/** The local time of day of an instant, `HH:mm:ss.sss`. */
export function timeOf(at: Instant, tz: TimeZone): string {
  return zoned(at, tz).toPlainTime().toString({ fractionalSecondDigits: 3 });
}

/** The local hour that holds an instant. */
export function localHourOf(at: Instant, tz: TimeZone): LocalHour {
  const local = zoned(at, tz);
  return { date: localDate(local.toPlainDate().toString()), hour: local.hour, offset: local.offset };
}

/** The first instant whose local date is this or later: midnight, or the end of the gap that swallowed it. */
export function startOfDate(date: LocalDate, tz: TimeZone): Instant {
  if (tz === UTC) return `${date}T00:00:00.000Z` as Instant;
  return instantFromMs(Temporal.PlainDate.from(date).toZonedDateTime(tz).epochMilliseconds);
}

/**
 * The instant of a local date and time (`HH:mm` to `HH:mm:ss.sss`). A time inside a clock-change gap uses the offset
 * before the gap; of a repeated time the first is meant.
 */
export function instantOf(date: LocalDate, time: string, tz: TimeZone): Instant {
  assert(TIME_TEXT.test(time), `not a time of day: ${time.slice(0, 40)}`);
  const local = Temporal.PlainDateTime.from(`${date}T${time}`);
  return instantFromMs(local.toZonedDateTime(tz, { disambiguation: 'compatible' }).epochMilliseconds);
}

/** The local hours of a period, the first and last cut to it. They follow each other without a gap. */
export function hourBuckets(period: Period, tz: TimeZone): Period[] {
  const end = toMs(period.to);
  const buckets: Period[] = [];
  let transition = -Infinity;
  for (let at = toMs(period.from); at < end;) {
    const local = zoned(instantFromMs(at), tz);
    if (transition <= at) transition = local.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity;
    const pastHour = local.minute * MINUTE_MS + local.second * SECOND_MS + local.millisecond;
    const next = Math.min(at + HOUR_MS - pastHour, transition, end);
    push(buckets, { from: instantFromMs(at), to: instantFromMs(next) });
    at = next;
  }
  return buckets;
}

/** The local days of a period, the first and last cut to it. A date that the zone skipped has no bucket. */
export function dayBuckets(period: Period, tz: TimeZone): Period[] {
  const buckets: Period[] = [];
  let from = period.from;
  for (let date = dateOf(from, tz); from < period.to;) {
    date = addDaysToDate(date, 1);
    const start = startOfDate(date, tz);
    const to = start < period.to ? start : period.to;
    if (from < to) push(buckets, { from, to });
    if (from < to) from = to;
  }
  return buckets;
}

function push(buckets: Period[], bucket: Period): void {
  assert(buckets.length < BUCKETS_MAX, 'the caller bounds the period of buckets');
  buckets.push(bucket);
}

function zoned(at: Instant, tz: TimeZone): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(toMs(at)).toZonedDateTimeISO(tz);
}

function withinYears(ms: number): boolean {
  return ms >= EARLIEST_MS && ms <= LATEST_MS;
}

function dayNumber(date: LocalDate): number {
  return daysFromCivil(civilOf(date));
}

function dateFromDayNumber(days: number): LocalDate {
  return dateFromCivil(civilFromDays(days));
}

function digits(value: number, count: number): string {
  return value.toString().padStart(count, '0');
}
