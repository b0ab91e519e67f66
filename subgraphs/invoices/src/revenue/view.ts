import type { Currency } from '@tollgate/kernel/money/currency';
import type { LocalDate } from '@tollgate/kernel/time/time';
import { moneyView } from '../rating/view.js';
import type { EarnedInMonth, RevenueStanding } from './loaders.js';

/** Where revenue stands, as the schema shows it. */
export function standingView({ date, recognisedMinor, deferredMinor }: RevenueStanding, currency: Currency) {
  return {
    date,
    recognised: moneyView(recognisedMinor, currency),
    deferred: moneyView(deferredMinor, currency),
  };
}

/** What is earned by month, by the month of invoicing. */
export function waterfallView(
  earned: readonly EarnedInMonth[],
  { currency, months }: { readonly currency: Currency; readonly months: number },
) {
  const cohorts = new Map<LocalDate, bigint[]>();
  for (const { invoicedIn, place, minor } of earned) {
    const row = cohorts.get(invoicedIn) ?? Array.from({ length: months }, () => 0n);
    row[place] = minor;
    cohorts.set(invoicedIn, row);
  }
  return [...cohorts].map(([invoicedIn, row]) => ({
    invoicedIn,
    recognised: row.map((minor) => moneyView(minor, currency)),
  }));
}
