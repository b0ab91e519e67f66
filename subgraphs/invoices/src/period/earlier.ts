import type { Bill } from '@tollgate/contracts/plans/bill';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import { refOf } from '@tollgate/contracts/plans/terms-ref';
import { cyclePeriod, fullPeriod, type Cycle } from '@tollgate/kernel/time/cycle';
import { dateOf, timeZone, type Period } from '@tollgate/kernel/time/time';

/** A period of a subscription as an earlier release told it. */
interface ToldEarlier {
  readonly terms: SubscriptionTerms;
  readonly period: Period;
  readonly index: number;
}

const NOTHING = { closes: null, legs: null, addons: [], credit: null, over: null };

/** The bill of a period that opened. Only the first one may be the rest of a whole one. */
export function openingBill({ terms, period, index }: ToldEarlier): Bill {
  const full = index === 0 ? fullOf(terms, period) : null;
  const current = { index, paid: index, period, full };
  const reason = index === 0 ? 'start' : 'period_end';
  return { ...NOTHING, number: index, reason, at: period.from, terms: refOf(terms), current, opens: true };
}

/** The bill of a period that ended. */
export function closingBill({ next, ...closed }: ToldEarlier & { readonly next: Period | null }): Bill {
  const { terms, period, index } = closed;
  const head = { index, paid: index, period, full: null };
  return {
    ...NOTHING,
    number: index + 1,
    reason: next === null ? 'cancel' : 'period_end',
    at: period.to,
    terms: refOf(terms),
    closes: { ...head, ...period, ends: true, terms: null },
    current: next === null ? null : { index: index + 1, paid: index + 1, period: next, full: null },
    opens: next !== null,
  };
}

/** What a calendar period has in all whose first days are missing. */
function fullOf({ interval, alignment, timeZone: zone }: SubscriptionTerms, period: Period): Period | null {
  const anchor = dateOf(period.from, timeZone(zone));
  const cycle: Cycle = { ...interval, alignment, anchor, timeZone: timeZone(zone) };
  return cyclePeriod(cycle, 0).endsAt === period.to ? fullPeriod(cycle, 0) : null;
}
