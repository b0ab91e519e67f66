import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { InputReader, invalid, type InvalidInput } from '@tollgate/kernel/input';
import { addSeconds, type Instant } from '@tollgate/kernel/time/time';

/** Who pays the invoices of a customer that are made from an instant on, until the next term. */
export interface PayerTerm {
  readonly from: Instant;
  /** Null: the customer itself. */
  readonly payerId: string | null;
}

/** A customer that somebody else pays for may be paid for in turn: so many levels, all told. */
export const PAYER_LEVELS_MAX = 5;
/** A change of who pays lies at most so far ahead. */
const AHEAD_DAYS_MAX = 366;
const DAY_S = 86_400;

export type PayerCycle = Rejection & { readonly reason: 'PayerCycle'; readonly payerId: string };

/** Where a customer stands among those who pay for each other. */
export interface Hierarchy {
  /** Terms by customer of everybody who may come to pay, now or later. */
  readonly terms: ReadonlyMap<string, readonly PayerTerm[]>;
  /** Levels of customers that it pays for, now or later. */
  readonly levelsBelow: number;
}

/** Somebody else pays the invoices of a customer that are made from an instant on; null = it pays them itself. */
export interface ChangePayer {
  readonly type: 'ChangePayer';
  readonly payerId: string | null;
  /** Whether there is such a customer; true of null. */
  readonly isKnown: boolean;
  /** Absent = now. */
  readonly from: unknown;
  readonly hierarchy: Hierarchy;
  readonly now: Instant;
}

export interface PayerChanged {
  readonly type: 'PayerChanged';
  readonly from: Instant;
  readonly payerId: string | null;
}

/** Who pays from when on; invoices that are made by then stay with whoever was to pay them. */
export function changePayer(
  { payerId, isKnown, from: asked, hierarchy, now }: ChangePayer,
  { id, payers }: { readonly id: string; readonly payers: readonly PayerTerm[] },
  termsMax: number,
): Decision<PayerChanged, PayerCycle | InvalidInput> {
  const fields = new InputReader();
  const from = asked === undefined || asked === null ? now : fields.instant('input.from', asked);
  if (from < now || from > addSeconds(now, AHEAD_DAYS_MAX * DAY_S))
    fields.reject('input.from', `Give an instant at most ${AHEAD_DAYS_MAX} days ahead, or leave it out.`);
  if (!isKnown) fields.reject('input.payerId', 'Give the id of a customer, or null for the customer itself.');
  if (fields.rejection !== null) return reject(fields.rejection);
  const term = { from, payerId };
  const rejected = checkPayer(id, term, hierarchy);
  if (rejected !== null) return reject(rejected);
  const terms = withTerm(payers, term);
  if (terms === payers) return accept();
  if (terms.length > termsMax)
    return reject(invalid('input.from', `Who pays for a customer changes at most ${termsMax} times.`));
  return accept({ type: 'PayerChanged', ...term });
}

/** Who pays at an instant; null = the customer itself. */
export function payerAt(terms: readonly PayerTerm[], at: Instant): string | null {
  return terms.filter(({ from }) => from <= at).at(-1)?.payerId ?? null;
}

/** Terms with one more: what was dated later does not come to pass. Nothing new leaves them as they are. */
export function withTerm(terms: readonly PayerTerm[], term: PayerTerm): readonly PayerTerm[] {
  const before = terms.filter(({ from }) => from < term.from);
  const isSame = (before.at(-1)?.payerId ?? null) === term.payerId;
  if (isSame) return before.length === terms.length ? terms : before;
  return [...before, term];
}

/** Nobody pays for itself, at whatever time and through whomever, and not through ever so many. */
export function checkPayer(
  customerId: string,
  { from, payerId }: PayerTerm,
  { terms, levelsBelow }: Hierarchy,
): PayerCycle | InvalidInput | null {
  if (payerId === null) return null;
  const levels = levelsAbove({ id: payerId, from, until: null }, { customerId, terms, level: 1 });
  if (levels === null) {
    const message = 'The customer would come to pay for itself.';
    return { reason: 'PayerCycle', message, payerId };
  }
  if (levels + levelsBelow <= PAYER_LEVELS_MAX) return null;
  return invalid('input.payerId', `At most ${PAYER_LEVELS_MAX} customers pay for one another in a row.`);
}

/** A customer for as long as it pays; null = without end. */
interface Span {
  readonly id: string;
  readonly from: Instant;
  readonly until: Instant | null;
}

interface Search {
  /** Whom nobody may lead back to. */
  readonly customerId: string;
  readonly terms: Hierarchy['terms'];
  readonly level: number;
}

/** How many pay in a row at most, this one included; null where the row comes back to where it began. */
function levelsAbove(span: Span, search: Search): number | null {
  const { customerId, terms, level } = search;
  if (span.id === customerId) return null;
  if (level > PAYER_LEVELS_MAX) return level;
  let most = level;
  for (const next of payersIn(terms.get(span.id) ?? [], span)) {
    const above = levelsAbove(next, { ...search, level: level + 1 });
    if (above === null) return null;
    most = Math.max(most, above);
  }
  return most;
}

/** Who pays in a span of time, each for its part of it. */
function payersIn(terms: readonly PayerTerm[], { from, until }: Span): Span[] {
  return terms.flatMap(({ from: begins, payerId }, index) => {
    const ends = terms[index + 1]?.from ?? null;
    const isOver = ends !== null && ends <= from;
    const isLater = until !== null && until <= begins;
    if (payerId === null || isOver || isLater) return [];
    const last = ends !== null && (until === null || ends < until) ? ends : until;
    return [{ id: payerId, from: begins > from ? begins : from, until: last }];
  });
}
