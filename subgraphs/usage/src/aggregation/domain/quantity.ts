import {
  addDecimal,
  decimalFromInteger,
  parseDecimal,
  ZERO_DECIMAL,
  type Decimal,
} from '@tollgate/kernel/number/decimal';

/** What one event adds to a meter: a whole number where it fits one exactly (fast), else an exact decimal. */
export type Quantity = number | Decimal;

/** Sums of 10^14 events of this size still fit the 38 digits of a published decimal. */
export const QUANTITY_INTEGER_DIGITS_MAX = 24;

/** A running sum: whole numbers in a register, everything else exactly beside it. */
export interface Sum {
  whole: number;
  exact: Decimal;
}

/** A property as a quantity; null if it is no decimal of 0 or more, `'negative'` if it is below 0. */
export function readQuantity(value: unknown): Quantity | 'negative' | null {
  if (typeof value === 'number') return fromNumber(value);
  return typeof value === 'string' ? fromText(value) : null;
}

/** Adds to a running sum, in place: this is the innermost loop of the ingest. */
export function addTo(sum: Sum, quantity: Quantity): void {
  if (typeof quantity !== 'number') {
    sum.exact = addDecimal(sum.exact, quantity);
  } else if (sum.whole <= Number.MAX_SAFE_INTEGER - quantity) {
    sum.whole += quantity;
  } else {
    sum.exact = addDecimal(sum.exact, decimalFromInteger(BigInt(sum.whole)));
    sum.whole = quantity;
  }
}

/** The sum as one decimal. */
export function totalOf(sum: Sum): Decimal {
  const whole = decimalFromInteger(BigInt(sum.whole));
  return sum.exact === ZERO_DECIMAL ? whole : addDecimal(sum.exact, whole);
}

/** A JSON number that is not exact any more (beyond 2^53, or with an exponent) is refused: the digits are lost. */
function fromNumber(value: number): Quantity | 'negative' | null {
  if (Number.isSafeInteger(value)) return value < 0 ? 'negative' : value === 0 ? 0 : value;
  return Number.isInteger(value) ? null : fromText(String(value));
}

function fromText(text: string): Quantity | 'negative' | null {
  const parsed = parseDecimal(text);
  if (parsed === null) return null;
  if (parsed.startsWith('-')) return 'negative';
  const point = parsed.indexOf('.');
  if ((point < 0 ? parsed.length : point) > QUANTITY_INTEGER_DIGITS_MAX) return null;
  const number = Number(parsed);
  return point < 0 && Number.isSafeInteger(number) ? number : parsed;
}
