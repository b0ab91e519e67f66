import { reject, type Rejection } from '@tollgate/kernel/decision';
import { isNegative, parseDecimal, type Decimal } from '@tollgate/kernel/number/decimal';

/** Terms that have no right answer; `field` is the path of the first bad one, `coupons[1].percent`. */
export interface InvalidInput extends Rejection {
  readonly reason: 'InvalidInput';
  readonly field: string;
}

/** A computed value, or why there is none. */
export type Computed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: InvalidInput };

/** More digits than this before the point are a mistake, not a price. */
const INTEGER_DIGITS_MAX = 24;
const PERCENT_MAX_INTEGER_DIGITS = 6;

/** There is a value. */
export function computed<T>(value: T): Computed<T> {
  return { ok: true, value };
}

/** There is none. */
export function refused(rejection: InvalidInput): { readonly ok: false; readonly rejection: InvalidInput } {
  return { ok: false, rejection };
}

/** The field that makes no sense, and why. */
export function invalidInput(field: string, message: string): InvalidInput {
  return reject({ reason: 'InvalidInput' as const, field, message }).rejection;
}

/** The first rejection of a list of checks; null when all hold. */
export function firstOf(checks: readonly (InvalidInput | null)[]): InvalidInput | null {
  return checks.find((check) => check !== null) ?? null;
}

/** A decimal of 0 or more. */
export function refuseNegative(field: string, value: Decimal): InvalidInput | null {
  return refuseLong(field, value) ?? (isNegative(value) ? invalidInput(field, 'It is below zero.') : null);
}

/** A percentage of 0 or more; taxes may exceed 100. */
export function refusePercent(field: string, percent: Decimal): InvalidInput | null {
  const negative = refuseNegative(field, percent);
  if (negative !== null || integerDigits(percent) <= PERCENT_MAX_INTEGER_DIGITS) return negative;
  return invalidInput(field, 'It is no percentage.');
}

function refuseLong(field: string, value: Decimal): InvalidInput | null {
  const isShort = parseDecimal(value) !== null && integerDigits(value) <= INTEGER_DIGITS_MAX;
  return isShort ? null : invalidInput(field, 'It has too many digits.');
}

const integerDigits = (value: Decimal) => value.replace('-', '').replace(/\..*/, '').length;
