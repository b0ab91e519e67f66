import { isExactNumber } from '@tollgate/kernel/json';
import {
  addDecimal,
  decimalFromInteger,
  decimalFromUnits,
  isNegative,
  parseDecimal,
  type Decimal,
} from '@tollgate/kernel/number/decimal';

/** What one event adds to a meter: a whole number where it fits one exactly (fast), else an exact decimal. */
export type Quantity = number | Decimal;

/** Sums of 10^14 events of this size still fit the 38 digits of a published decimal. */
export const QUANTITY_INTEGER_DIGITS_MAX = 24;

/** A running sum: whole numbers in a register, everything else exactly beside it, as units of 10^−scale. */
export interface Sum {
  whole: number;
  units: bigint;
  scale: number;
}

/** A property's value as a quantity, however large; null if it is no decimal. */
export function readQuantity(value: unknown): Quantity | null {
  if (typeof value === 'number') return fromNumber(value);
  return typeof value === 'string' ? fromText(value) : null;
}

/** A decimal in the form that is fast to add. */
export function quantityOf(decimal: Decimal): Quantity {
  const number = Number(decimal);
  return Number.isSafeInteger(number) && !decimal.includes('.') ? number : decimal;
}

/** The quantity as a decimal. */
export function decimalOf(quantity: Quantity): Decimal {
  return typeof quantity === 'number' ? decimalFromInteger(BigInt(quantity)) : quantity;
}

/** Whether an event may bring so much, above or below zero. */
export function isWithinBounds(quantity: Quantity): boolean {
  if (typeof quantity === 'number') return true;
  const digits = isNegative(quantity) ? quantity.slice(1) : quantity;
  const point = digits.indexOf('.');
  return (point < 0 ? digits.length : point) <= QUANTITY_INTEGER_DIGITS_MAX;
}

/** Whether the quantity is below zero. */
export function isBelowZero(quantity: Quantity): boolean {
  return typeof quantity === 'number' ? quantity < 0 : isNegative(quantity);
}

/** A sum of nothing. */
export function newSum(): Sum {
  return { whole: 0, units: 0n, scale: 0 };
}

/** Adds the quantity so many times to a running sum, in place: this is the innermost loop of the ingest. */
export function addTo(sum: Sum, quantity: Quantity, times: number): void {
  if (typeof quantity === 'number') {
    const product = times === 1 ? quantity : quantity * times;
    const whole = sum.whole + product;
    if (Number.isSafeInteger(product) && Number.isSafeInteger(whole)) {
      sum.whole = whole;
      return;
    }
  }
  addUnits(sum, decimalOf(quantity), BigInt(times));
}

/** The sum as one decimal. */
export function totalOf({ whole, units, scale }: Sum): Decimal {
  const exact = decimalFromInteger(BigInt(whole));
  return units === 0n ? exact : addDecimal(decimalFromUnits(units, scale), exact);
}

function addUnits(sum: Sum, decimal: Decimal, times: bigint): void {
  const point = decimal.indexOf('.');
  const scale = point < 0 ? 0 : decimal.length - point - 1;
  const units = BigInt(point < 0 ? decimal : decimal.slice(0, point) + decimal.slice(point + 1)) * times;
  if (scale === sum.scale) {
    sum.units += units;
    return;
  }
  const most = Math.max(scale, sum.scale);
  sum.units = sum.units * 10n ** BigInt(most - sum.scale) + units * 10n ** BigInt(most - scale);
  sum.scale = most;
}

/** Whether a value of JSON is the number that was written: of one with more digits than a number holds that is not known. */
export function isExact(value: unknown): boolean {
  return typeof value !== 'number' || Number.isSafeInteger(value) || isExactNumber(value);
}

/** A JSON number beyond 2^53 is none: its last digits are lost. */
function fromNumber(value: number): Quantity | null {
  // Minus zero is zero.
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  return Number.isInteger(value) ? null : fromText(plain(String(value)));
}

const EXPONENT = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/;

/** Small numbers are written with an exponent. */
function plain(text: string): string {
  const match = EXPONENT.exec(text);
  if (match === null) return text;
  const [, sign = '', first = '', rest = '', exponent = ''] = match;
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${first}${rest}`;
}

function fromText(text: string): Quantity | null {
  const parsed = parseDecimal(text);
  return parsed === null ? null : quantityOf(parsed);
}
