import { unreachable } from '@tollgate/kernel/assert';
import type { CommitmentWindow } from '@tollgate/kernel/price/model';
import { cyclePeriod, cyclePeriodAt, type Cycle } from '@tollgate/kernel/time/cycle';
import {
  addDaysToDate,
  addMs,
  civilOf,
  dateOf,
  daysBetween,
  instantFromMs,
  startOfDate,
  timeOf,
  toMs,
  type Instant,
  type Period,
  type TimeZone,
} from '@tollgate/kernel/time/time';

/** Windows of a period, counted from 0: the one that holds an instant, and when each begins and ends. */
export interface Windows {
  indexOf(at: Instant): number;
  /** The first one may begin before the period, the last one end after it. */
  boundsOf(index: number): Period;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const WEEK_DAYS = 7;

/** The windows of a period that begins and would end there. */
export function windowsOf(window: CommitmentWindow, period: Period, zone: TimeZone): Windows {
  switch (window) {
    case 'hour':
      return hours(period.from, zone);
    case 'day':
      return days(period.from, 1, zone);
    case 'week':
      return days(period.from, WEEK_DAYS, zone);
    case 'month':
      return months(period, zone);
    case 'period':
      return { indexOf: () => 0, boundsOf: () => period };
    default:
      return unreachable(window);
  }
}

/** From the full hour of the local clock on. */
function hours(from: Instant, zone: TimeZone): Windows {
  const minutes = Number(timeOf(from, zone).slice(3, 5));
  const first = Math.floor(toMs(from) / MINUTE_MS) * MINUTE_MS - minutes * MINUTE_MS;
  return {
    indexOf: (at) => Math.max(0, Math.floor((toMs(at) - first) / HOUR_MS)),
    boundsOf: (index) => {
      const begin = instantFromMs(first + index * HOUR_MS);
      return { from: begin, to: addMs(begin, HOUR_MS) };
    },
  };
}

function days(from: Instant, count: number, zone: TimeZone): Windows {
  const first = dateOf(from, zone);
  const begin = (index: number) => startOfDate(addDaysToDate(first, index * count), zone);
  return {
    indexOf: (at) => Math.max(0, Math.floor(daysBetween(first, dateOf(at, zone)) / count)),
    boundsOf: (index) => ({ from: begin(index), to: begin(index + 1) }),
  };
}

/** The day of the month is remembered: where a period begins at the end of a month, by the day on which it ends. */
function months({ from, to }: Period, zone: TimeZone): Windows {
  const anchor = dateOf(from, zone);
  const [begin, end] = [civilOf(anchor), civilOf(dateOf(to, zone))];
  const isEndOfMonth = civilOf(addDaysToDate(anchor, 1)).day === 1;
  const anchorDay = isEndOfMonth ? Math.max(begin.day, end.day) : begin.day;
  const cycle: Cycle = {
    unit: 'month',
    count: 1,
    alignment: 'anniversary',
    anchor,
    anchorDay,
    timeZone: zone,
  };
  return {
    indexOf: (at) => {
      const found = cyclePeriodAt(cycle, at);
      return found === 'BEFORE_START' ? 0 : found.index;
    },
    boundsOf: (index) => {
      const { startsAt, endsAt } = cyclePeriod(cycle, index);
      return { from: startsAt, to: endsAt };
    },
  };
}
