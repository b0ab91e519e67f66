import { unreachable } from '../assert.js';
import type { Currency } from './currency.js';
import { minMoney, negMoney, roundToMoney, type Money } from './money.js';
import { ONE, div, fromInteger, isZero, mul, rational, type Rational, ZERO } from '../number/rational.js';
import {
  civilOf,
  dateOf,
  daysBetween,
  parseDate,
  startOfDate,
  toMs,
  type Instant,
  type LocalDate,
  type TimeZone,
} from '../time/time.js';

/** What a part of a period is counted in: local calendar days, elapsed seconds, or days of 30-day months. */
export type ProrationGrain = 'day' | 'second' | 'thirty_day';

/** A local date means the instant at which it starts. */
export type Bound = LocalDate | Instant;

/** Half-open. */
export interface Span {
  readonly from: Bound;
  readonly to: Bound;
}

export interface ProrationRule {
  readonly grain: ProrationGrain;
  readonly timeZone: TimeZone;
}

/** Unreduced, so that a line can say "14 of 31 days". */
export interface Fraction {
  readonly numerator: Rational;
  readonly denominator: Rational;
}

/** One side of a change: what is charged for the active part of the period, or given back for it. */
export interface ProrationLeg<C extends Currency = Currency> {
  readonly type: 'charge' | 'credit';
  /** In major units, exact. */
  readonly amount: Rational;
  readonly quantity?: Rational;
  readonly fraction: Fraction;
  /** The most it may come to: what is left on the item that is credited. */
  readonly limit?: Money<C>;
}

/** How much of the period was active. What lies outside the period does not count. */
export function activeFraction(rule: ProrationRule, period: Span, active: Span): Fraction {
  const at = (bound: Bound) => instantOfBound(bound, rule.timeZone);
  const from = at(active.from) > at(period.from) ? active.from : period.from;
  const to = at(active.to) < at(period.to) ? active.to : period.to;
  return {
    numerator: at(from) < at(to) ? count(rule, { from, to }) : ZERO,
    denominator: count(rule, period),
  };
}

/** Amount × quantity × fraction, rounded once; negative for a credit. An empty period comes to nothing. */
export function prorate<C extends Currency>(leg: ProrationLeg<NoInfer<C>>, currency: C): Money<C> {
  const { numerator, denominator } = leg.fraction;
  const exact = mul(
    mul(leg.amount, leg.quantity ?? ONE),
    isZero(denominator) ? ZERO : div(numerator, denominator),
  );
  const rounded = roundToMoney(exact, currency);
  const amount = leg.limit === undefined ? rounded : minMoney<C>(rounded, leg.limit);
  return leg.type === 'credit' ? negMoney(amount) : amount;
}

function count({ grain, timeZone }: ProrationRule, { from, to }: Span): Rational {
  switch (grain) {
    case 'day':
      return fromInteger(daysBetween(dateOfBound(from, timeZone), dateOfBound(to, timeZone)));
    case 'second':
      return rational(
        BigInt(toMs(instantOfBound(to, timeZone)) - toMs(instantOfBound(from, timeZone))),
        1_000n,
      );
    case 'thirty_day':
      return fromInteger(
        thirtyDayNumber(dateOfBound(to, timeZone)) - thirtyDayNumber(dateOfBound(from, timeZone)),
      );
    default:
      return unreachable(grain);
  }
}

/** Every month has 30 days and every year 360 (30E/360), so that the legs of a change always add up. */
function thirtyDayNumber(date: LocalDate): number {
  const { year, month, day } = civilOf(date);
  return 360 * year + 30 * month + Math.min(day, 30);
}

function instantOfBound(bound: Bound, timeZone: TimeZone): Instant {
  return isDate(bound) ? startOfDate(bound, timeZone) : bound;
}

function dateOfBound(bound: Bound, timeZone: TimeZone): LocalDate {
  return isDate(bound) ? bound : dateOf(bound, timeZone);
}

function isDate(bound: Bound): bound is LocalDate {
  return parseDate(bound) !== null;
}
