import { addMonths } from '@tollgate/kernel/time/calendar';
import {
  civilOf,
  dateFromCivil,
  dateOf,
  dayBuckets,
  hourBuckets,
  instantFromMs,
  startOfDate,
  toMs,
  type Instant,
  type Period,
  type TimeZone,
} from '@tollgate/kernel/time/time';

export type Granularity = 'TOTAL' | 'HOUR' | 'DAY';

export const USAGE_DAYS_MAX = 400;
export const USAGE_HOURLY_DAYS_MAX = 35;

const DAY_MS = 24 * 60 * 60 * 1_000;
const PIECES_MAX = 400;

/** Why a period cannot be shown; null = it can. */
export function rejectPeriod(period: Period, granularity: Granularity): string | null {
  const days = granularity === 'HOUR' ? USAGE_HOURLY_DAYS_MAX : USAGE_DAYS_MAX;
  if (period.from >= period.to) return '"from" is before "to".';
  if (toMs(period.to) - toMs(period.from) > days * DAY_MS) return `The period has at most ${days} days.`;
  return null;
}

/** The local hours or days of a period; for TOTAL the period itself. */
export function slicesOf(period: Period, granularity: Granularity, timeZone: TimeZone): readonly Period[] {
  if (granularity === 'TOTAL') return [period];
  return granularity === 'HOUR' ? hourBuckets(period, timeZone) : dayBuckets(period, timeZone);
}

/** Parts of a period that are counted one by one: days, or longer ones where there would be too many. */
export function piecesOf({ from, to }: Period): readonly Period[] {
  const [start, end] = [toMs(from), toMs(to)];
  const length = Math.max(DAY_MS, Math.ceil((end - start) / PIECES_MAX));
  const count = Math.ceil((end - start) / length);
  return Array.from({ length: count }, (_, i) => ({
    from: instantFromMs(start + i * length),
    to: instantFromMs(Math.min(start + (i + 1) * length, end)),
  }));
}

/** The calendar month that holds an instant. */
export function monthOf(at: Instant, timeZone: TimeZone): Period {
  const first = { ...civilOf(dateOf(at, timeZone)), day: 1 };
  const start = (months: number) => startOfDate(dateFromCivil(addMonths(first, months)), timeZone);
  return { from: start(0), to: start(1) };
}
