import { assert, unreachable } from '../assert.js';
import { addMonths, daysInMonth, weekdayOf, type CivilDate } from './calendar.js';
import {
  addDaysToDate,
  civilOf,
  dateFromCivil,
  dateOf,
  daysBetween,
  localDate,
  startOfDate,
  type Instant,
  type LocalDate,
  type TimeZone,
} from './time.js';

export type CycleUnit = 'day' | 'week' | 'month' | 'year';
export type CycleAlignment = 'anniversary' | 'calendar';

/** How a subscription's time is cut into billing periods. */
export interface Cycle {
  readonly unit: CycleUnit;
  /** Units per period; a quarter is 3 months. */
  readonly count: number;
  /** `calendar` cuts on Mondays, at months or at years; the first period is then shorter. */
  readonly alignment: CycleAlignment;
  readonly anchor: LocalDate;
  /** 1–31: bill on this day of the month; monthly anniversaries only. */
  readonly anchorDay?: number;
  readonly timeZone: TimeZone;
}

/** One billing period: local dates and the instants at which they start. `index` counts from 0. */
export interface CyclePeriod {
  readonly index: number;
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

export const CYCLE_COUNT_MAX = 366;
export const CYCLE_PERIODS_MAX = 10_000;

const EPOCH = localDate('1970-01-01');
const WEEK_DAYS = 7;
const MONTHS_OF_YEAR = 12;
const CALENDAR_MONTH_COUNTS = [1, 2, 3, 4, 6, 12];
/** The estimate of an index is at most two periods early, and a skipped date adds an empty one. */
const SEARCH_STEPS_MAX = 8;

/** Whether its parts fit together; every other function here relies on it. */
export function isCycle(cycle: Cycle): boolean {
  const { unit, count, alignment, anchorDay } = cycle;
  if (!isWithin(count, CYCLE_COUNT_MAX)) return false;
  if (anchorDay !== undefined) {
    return isWithin(anchorDay, 31) && unit === 'month' && alignment === 'anniversary';
  }
  if (alignment === 'anniversary') return true;
  return unit === 'month' ? CALENDAR_MONTH_COUNTS.includes(count) : unit !== 'day' && count === 1;
}

/** The period with this index, counted from the anchor. Never computed from the period before it. */
export function cyclePeriod(cycle: Cycle, index: number): CyclePeriod {
  assert(isCycle(cycle), 'a cycle is checked before it is used');
  assert(Number.isInteger(index) && index >= 0, 'periods count from 0');
  const [from, to] = [boundary(cycle, index), boundary(cycle, index + 1)];
  const startsAt = startOfDate(from, cycle.timeZone);
  return { index, from, to, startsAt, endsAt: startOfDate(to, cycle.timeZone) };
}

/** The first n periods. */
export function cyclePeriods(cycle: Cycle, n: number): CyclePeriod[] {
  assert(Number.isInteger(n) && n >= 0 && n <= CYCLE_PERIODS_MAX, 'the caller bounds the number of periods');
  return Array.from({ length: n }, (_, index) => cyclePeriod(cycle, index));
}

/** The period that contains the instant. */
export function cyclePeriodAt(cycle: Cycle, at: Instant): CyclePeriod | 'BEFORE_START' {
  assert(isCycle(cycle), 'a cycle is checked before it is used');
  if (at < startOfDate(cycle.anchor, cycle.timeZone)) return 'BEFORE_START';
  let period = cyclePeriod(cycle, earliestIndex(cycle, dateOf(at, cycle.timeZone)));
  for (let step = 0; period.endsAt <= at; step++) {
    assert(step < SEARCH_STEPS_MAX, 'the estimate of the index is close');
    period = cyclePeriod(cycle, period.index + 1);
  }
  assert(period.startsAt <= at, 'the estimate of the index is not late');
  return period;
}

/**
 * The whole period that the first one of a cycle is the end of: a calendar period, or the interval before the first
 * billing day; null where the first one is whole itself, as all others are.
 */
export function fullPeriod(
  cycle: Cycle,
  index: number,
): { readonly from: Instant; readonly to: Instant } | null {
  assert(isCycle(cycle), 'a cycle is checked before it is used');
  const first = firstRegular(cycle);
  if (index > 0 || first === cycle.anchor) return null;
  const before = regular(cycle, first, -1);
  return { from: startOfDate(before, cycle.timeZone), to: startOfDate(first, cycle.timeZone) };
}

/** Boundary 0 is the anchor; from 1 on regular, or from 0 on if the anchor itself is a regular boundary. */
function boundary(cycle: Cycle, k: number): LocalDate {
  const first = firstRegular(cycle);
  if (first === cycle.anchor) return regular(cycle, first, k);
  return k === 0 ? cycle.anchor : regular(cycle, first, k - 1);
}

/** The first boundary that the rule of the cycle names, on or after the anchor. */
function firstRegular({ anchor, anchorDay, alignment, unit, count }: Cycle): LocalDate {
  if (anchorDay !== undefined) return nextDayOfMonth(anchor, anchorDay);
  if (alignment === 'anniversary') return anchor;
  switch (unit) {
    case 'day':
      return anchor;
    case 'week':
      return addDaysToDate(anchor, (8 - weekdayOf(daysBetween(EPOCH, anchor))) % 7);
    case 'month':
      return nextMonthStart(anchor, count);
    case 'year':
      return nextMonthStart(anchor, MONTHS_OF_YEAR);
    default:
      return unreachable(unit);
  }
}

/** k periods after the first regular boundary. Months keep the remembered day and clamp it each time anew. */
function regular(cycle: Cycle, first: LocalDate, k: number): LocalDate {
  const units = k * cycle.count;
  const { year, month, day } = civilOf(first);
  const remembered: CivilDate = { year, month, day: cycle.anchorDay ?? day };
  switch (cycle.unit) {
    case 'day':
      return addDaysToDate(first, units);
    case 'week':
      return addDaysToDate(first, units * WEEK_DAYS);
    case 'month':
      return dateFromCivil(addMonths(remembered, units));
    case 'year':
      return dateFromCivil(addMonths(remembered, units * MONTHS_OF_YEAR));
    default:
      return unreachable(cycle.unit);
  }
}

/** An index whose period starts at or before the date, and at most two before the period that holds it. */
function earliestIndex(cycle: Cycle, date: LocalDate): number {
  const first = firstRegular(cycle);
  if (date <= first) return 0;
  const [a, b] = [civilOf(first), civilOf(date)];
  const months = (b.year - a.year) * MONTHS_OF_YEAR + b.month - a.month;
  const days = daysBetween(first, date);
  const units = { day: days, week: days / WEEK_DAYS, month: months, year: months / MONTHS_OF_YEAR }[
    cycle.unit
  ];
  return Math.max(0, Math.floor(units / cycle.count) - 1);
}

function nextDayOfMonth(anchor: LocalDate, anchorDay: number): LocalDate {
  const { year, month, day } = civilOf(anchor);
  const months = Math.min(anchorDay, daysInMonth(year, month)) < day ? 1 : 0;
  return dateFromCivil(addMonths({ year, month, day: anchorDay }, months));
}

/** The first of a month whose number since January is a multiple of the step, on or after the anchor. */
function nextMonthStart(anchor: LocalDate, step: number): LocalDate {
  const { year, month, day } = civilOf(anchor);
  const past = (month - 1) % step;
  const months = past === 0 && day === 1 ? 0 : step - past;
  return dateFromCivil(addMonths({ year, month, day: 1 }, months));
}

function isWithin(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= max;
}
