import { assert } from '@tollgate/kernel/assert';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import { periodAfter } from '../../subscription/domain/periods.js';
import { isOpen, type SubscriptionState } from '../../subscription/domain/state.js';

/** Billing periods that a subscription would have had: whole ones by their number, others as parts of whole ones. */
export interface Remaining {
  readonly whole: number;
  readonly parts: readonly { readonly full: Period; readonly active: Period }[];
}

const NOTHING: Remaining = { whole: 0, parts: [] };
/** Days of the longest term, and some. */
const PERIODS_MAX = 4_000;

/**
 * What is not billed any more of a subscription that ends before its term: the rest of its period where that is given
 * back, and all periods that begin before the end of the term. One that does not run has none.
 */
export function remainingPeriods(
  state: SubscriptionState,
  {
    at,
    until,
    isGivenBack,
  }: { readonly at: Instant; readonly until: Instant; readonly isGivenBack: boolean },
): Remaining {
  if (!isOpen(state)) return NOTHING;
  const { open, contract } = state;
  const parts: Remaining['parts'][number][] = [];
  if (isGivenBack && open.paid !== null && at < open.period.to)
    parts.push({ full: open.full ?? open.period, active: { from: at, to: earlier(open.period.to, until) } });
  let whole = 0;
  for (let [next, count] = [open, 0]; next.period.to < until; count += 1) {
    assert(count < PERIODS_MAX, 'a term has a bounded number of periods');
    next = periodAfter(next, contract, contract);
    const { period, full } = next;
    if (full === null && period.to <= until) whole += 1;
    else parts.push({ full: full ?? period, active: { from: period.from, to: earlier(period.to, until) } });
  }
  return { whole, parts };
}

function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}
