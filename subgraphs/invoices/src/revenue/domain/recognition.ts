import { addMonths } from '@tollgate/kernel/time/calendar';
import type { Currency } from '@tollgate/kernel/money/currency';
import { money, subMoney, sumMoney, zero, type Money } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import {
  addDaysToDate,
  civilOf,
  dateFromCivil,
  daysBetween,
  type LocalDate,
} from '@tollgate/kernel/time/time';
import {
  computed,
  firstOf,
  invalidInput,
  refused,
  type Computed,
  type InvalidInput,
} from '../../rating/domain/checks.js';

/** Revenue earned day by day over [from, to). Without tax; below zero it takes revenue back. */
export interface RevenueOverTime {
  readonly amount: Money;
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** Revenue earned on one day. */
export interface RevenueOnDay {
  readonly amount: Money;
  readonly on: LocalDate;
}

export type Revenue = RevenueOverTime | RevenueOnDay;

/** Where revenue stands at the start of a day. */
export interface Standing {
  readonly cumulative: Money;
  /** Invoiced, but not earned yet. */
  readonly deferred: Money;
}

export interface Bucket {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly amount: Money;
}

/** More buckets than this are nobody's schedule: 30 years of days. */
export const BUCKETS_MAX = 11_000;

/** What was earned before the day: rounded as a cumulative amount, so that the last day absorbs the remainder. */
export function recognisedBefore(item: Revenue, date: LocalDate): Money {
  const { amount } = item;
  const nothing = zero<Currency>(amount.currency);
  if ('on' in item) return item.on < date ? amount : nothing;
  if (date <= item.from) return nothing;
  const passed = daysBetween(item.from, date < item.to ? date : item.to);
  const exact = rational.rational(amount.minor * BigInt(passed), BigInt(daysBetween(item.from, item.to)));
  return money<Currency>(rational.round(exact), amount.currency);
}

/** The standing of all items at each of the dates. */
export function standings(
  items: readonly Revenue[],
  dates: readonly LocalDate[],
  currency: Currency,
): Computed<Standing[]> {
  const rejection = firstOf(items.map((item, index) => refuseItem(`items[${index}]`, item, currency)));
  if (rejection !== null) return refused(rejection);
  const sum = (list: readonly Money[]) => sumMoney<Currency>(currency, list);
  return computed(
    dates.map((date) => ({
      cumulative: sum(items.map((item) => recognisedBefore(item, date))),
      deferred: sum(
        items
          .filter((item) => !('on' in item))
          .map((item) => subMoney<Currency>(item.amount, recognisedBefore(item, date))),
      ),
    })),
  );
}

/** What each day or calendar month earns; the buckets sum to the amount. */
export function recognitionSchedule(item: RevenueOverTime, bucket: 'day' | 'month'): Computed<Bucket[]> {
  const rejection = refuseItem('items[0]', item, item.amount.currency);
  if (rejection !== null) return refused(rejection);
  const buckets: Bucket[] = [];
  for (let from = item.from; from < item.to;) {
    if (buckets.length === BUCKETS_MAX) return refused(invalidInput('bucket', 'The schedule is too long.'));
    const next = nextBoundary(from, bucket);
    const to = next < item.to ? next : item.to;
    const earned = subMoney<Currency>(recognisedBefore(item, to), recognisedBefore(item, from));
    buckets.push({ from, to, amount: earned });
    from = to;
  }
  return computed(buckets);
}

function nextBoundary(date: LocalDate, bucket: 'day' | 'month'): LocalDate {
  if (bucket === 'day') return addDaysToDate(date, 1);
  return dateFromCivil(addMonths({ ...civilOf(date), day: 1 }, 1));
}

function refuseItem(field: string, item: Revenue, currency: Currency): InvalidInput | null {
  if (item.amount.currency !== currency)
    return invalidInput(`${field}.amount`, `The revenue is in ${currency}, not in ${item.amount.currency}.`);
  if ('on' in item || item.from < item.to) return null;
  return invalidInput(`${field}.to`, 'Revenue over time takes a day or more.');
}
