import type { Bill } from '@tollgate/contracts/plans/bill';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import { refOf } from '@tollgate/contracts/plans/terms-ref';
import type { Period } from '@tollgate/kernel/time/time';

/** A period that opened, as an earlier release told it. */
export interface OpenedEarlier {
  readonly terms: SubscriptionTerms;
  readonly period: Period;
  readonly index: number;
}

const NOTHING = { closes: null, legs: null, addons: [], credit: null, over: null };

/** The bill of a period that opened: what an earlier release told without one. */
export function openingBill({ terms, period, index }: OpenedEarlier): Bill {
  const current = { index, paid: index, period, full: null };
  const reason = index === 0 ? 'start' : 'period_end';
  return { ...NOTHING, number: index, reason, at: period.from, terms: refOf(terms), current, opens: true };
}

/** The bill of a period that ended: an earlier release told of the next one apart. */
export function closingBill({ next, ...closed }: OpenedEarlier & { readonly next: Period | null }): Bill {
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
