import { addMonths } from '@tollgate/kernel/time/calendar';
import { addDaysToDate, civilOf, dateFromCivil, startOfDate } from '@tollgate/kernel/time/time';
import type { Instant, LocalDate } from '@tollgate/kernel/time/time';
import type { ContractHead, SignedState } from './state.js';

export const YEAR_MONTHS = 12;

type Calendar = Pick<ContractHead, 'startsOn' | 'timeZone'>;

/** The local day so many months after a contract's first one; months keep its day and clamp it each time anew. */
export function dayAfter({ startsOn }: Pick<Calendar, 'startsOn'>, months: number): LocalDate {
  return dateFromCivil(addMonths(civilOf(startsOn), months));
}

/** The begin of that day. */
export function instantAfter(head: Calendar, months: number): Instant {
  return startOfDate(dayAfter(head, months), head.timeZone);
}

/** The first instant after the term. */
export function termEnd(state: Pick<SignedState, 'startsOn' | 'timeZone' | 'term'>): Instant {
  return instantAfter(state, state.term.toMonth);
}

/** The first instant at which it is too late to give notice. */
export function noticeBy(state: Pick<SignedState, 'startsOn' | 'timeZone' | 'term' | 'agreed'>): Instant {
  const { startsOn, timeZone, term, agreed } = state;
  const last = dayAfter({ startsOn }, term.toMonth);
  return startOfDate(addDaysToDate(last, -agreed.renewal.noticeDays), timeZone);
}

/** The yearly rise that is the first one after an instant. */
export function anniversaryAfter(head: Calendar, at: Instant): number {
  let number = 1;
  while (instantAfter(head, number * YEAR_MONTHS) <= at) number += 1;
  return number;
}

/** Whether another term follows where nothing else is said before the end. */
export function willRenew({ agreed, noticeAt, renews }: SignedState): boolean {
  return renews || (agreed.renewal.automatic && noticeAt === null);
}

/** When something happens to it by itself: its begin, a rise of prices, the end of a term. Null once it is over. */
export function dueAt(state: SignedState): Instant | null {
  if (state.status === 'scheduled') return instantAfter(state, 0);
  if (state.status !== 'active') return null;
  const end = termEnd(state);
  const rise =
    state.agreed.escalator === null ? null : instantAfter(state, state.nextAnniversary * YEAR_MONTHS);
  return rise !== null && rise < end ? rise : end;
}
