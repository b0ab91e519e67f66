import { compareDecimal, decimal, isNegative, type Decimal } from '../number/decimal.js';
import type { Bound } from '../money/proration.js';
import {
  instant,
  parseDate,
  parseInstant,
  parseTimeZone,
  timeZone,
  type Instant,
  type TimeZone,
} from '../time/time.js';

/** A field whose value makes no sense, by its path in the input. */
export interface InvalidInput {
  readonly reason: 'InvalidInput';
  readonly field: string;
  readonly message: string;
}

/** What reading untyped input leads to. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: InvalidInput };

/** What callers may send as a quantity; more is a mistake of units. */
export const QUANTITY_MAX = decimal('1000000000000000');
export const LIST_ITEMS_MAX = 10_000;

const DECIMAL_MAX_CHARS = 64;
const DECIMAL_TEXT = /^-?\d+(\.\d+)?$/;
const AMOUNT_MAX = decimal('1000000000000000000');
const ZERO = decimal('0');
const ONE = decimal('1');
const EPOCH = instant('1970-01-01T00:00:00Z');
const UTC = timeZone('UTC');

/** Untyped fields by name. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * A reading of untyped input that remembers the first field that makes no sense. Every reader answers a harmless value
 * after a fault, so that parsing goes on without branches; `parsed` then gives the fault instead of the value.
 */
export interface Fields {
  readonly quantityMax: Decimal;
  fault: InvalidInput | null;
}

/** A reader of prices in which no quantity is greater than this. */
export function fieldsWithin(quantityMax: Decimal = QUANTITY_MAX): Fields {
  return { quantityMax, fault: null };
}

/** The value, or what was wrong first on the way to it. */
export function parsed<T>(fields: Fields, value: T): Parsed<T> {
  return fields.fault === null ? { ok: true, value } : { ok: false, rejection: fields.fault };
}

/** Notes what is wrong with a field; the first word on it counts. */
export function refuse(fields: Fields, field: string, message: string): void {
  fields.fault ??= { reason: 'InvalidInput', field, message };
}

/** An object with no other fields than the known ones: a misspelt one would otherwise be left out silently. */
export function record(fields: Fields, field: string, value: unknown, known: readonly string[]): Values {
  const values = objectOf(fields, field, value);
  const stranger = Object.keys(values).find((key) => !known.includes(key));
  if (stranger !== undefined) refuse(fields, `${field}.${stranger}`, 'This field has no meaning here.');
  return values;
}

/** An object of texts, under names of the caller's choice. */
export function texts(fields: Fields, field: string, given: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(objectOf(fields, field, given));
  return Object.fromEntries(entries.map(([key, value]) => [key, text(fields, `${field}.${key}`, value)]));
}

/** A list of so many entries, each read under its own path. */
export function list<T>(
  fields: Fields,
  field: string,
  value: unknown,
  read: (field: string, item: unknown) => T,
): T[] {
  if (!Array.isArray(value)) return otherwise(fields, field, 'This is a list.', []);
  if (value.length > LIST_ITEMS_MAX)
    return otherwise(fields, field, `A list has at most ${LIST_ITEMS_MAX} items.`, []);
  return value.map((item, index) => read(`${field}[${index}]`, item));
}

/** A decimal of either sign. */
export function signed(fields: Fields, field: string, value: unknown): Decimal {
  return decimalWithin(fields, field, value, AMOUNT_MAX);
}

/** A decimal, 0 or more. */
export function amount(fields: Fields, field: string, value: unknown): Decimal {
  return notNegative(fields, field, signed(fields, field, value));
}

/** A decimal above 0. */
export function positive(fields: Fields, field: string, value: unknown): Decimal {
  const size = amount(fields, field, value);
  return size === ZERO ? otherwise(fields, field, 'This is above 0.', ONE) : size;
}

/** A quantity of either sign, within the bound of quantities. */
export function quantity(fields: Fields, field: string, value: unknown): Decimal {
  return decimalWithin(fields, field, value, fields.quantityMax);
}

/** A quantity, 0 or more. */
export function units(fields: Fields, field: string, value: unknown): Decimal {
  return notNegative(fields, field, quantity(fields, field, value));
}

/** A whole number within bounds. */
export function integer(
  fields: Fields,
  field: string,
  value: unknown,
  [least, most]: readonly [number, number],
): number {
  const within = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
  return within ? value : otherwise(fields, field, `This is an integer from ${least} to ${most}.`, least);
}

/** A true or false. */
export function boolean(fields: Fields, field: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : otherwise(fields, field, 'This is true or false.', false);
}

/** A text that is not empty. */
export function text(fields: Fields, field: string, value: unknown): string {
  return typeof value === 'string' ? value : otherwise(fields, field, 'This is a text.', '');
}

/** One of the words that are listed. */
export function choice<T extends string>(
  fields: Fields,
  field: string,
  value: unknown,
  choices: readonly [T, ...T[]],
): T {
  const known = choices.find((choice) => choice === value);
  return known ?? otherwise(fields, field, `This is one of ${choices.join(', ')}.`, choices[0]);
}

/** An instant in UTC, ISO 8601. */
export function instantAt(fields: Fields, field: string, value: unknown): Instant {
  const read = typeof value === 'string' ? parseInstant(value) : null;
  return read ?? otherwise(fields, field, 'This is an RFC 3339 instant.', EPOCH);
}

/** A local date, which means its start, or an instant. */
export function bound(fields: Fields, field: string, value: unknown): Bound {
  const date = typeof value === 'string' ? parseDate(value) : null;
  return date ?? instantAt(fields, field, value);
}

/** A time zone by its IANA name. */
export function zone(fields: Fields, field: string, value: unknown): TimeZone {
  const read = typeof value === 'string' ? parseTimeZone(value) : null;
  return read ?? otherwise(fields, field, 'This is no IANA time zone.', UTC);
}

function objectOf(fields: Fields, field: string, value: unknown): Values {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Values) : otherwise(fields, field, 'This is an object.', {});
}

function decimalWithin(fields: Fields, field: string, value: unknown, max: Decimal): Decimal {
  const plain = typeof value === 'string' && value.length <= DECIMAL_MAX_CHARS && DECIMAL_TEXT.test(value);
  if (!plain) return otherwise(fields, field, 'This is a decimal as text, without exponent.', ZERO);
  const read = decimal(value);
  const size = isNegative(read) ? decimal(read.slice(1)) : read;
  return compareDecimal(size, max) <= 0 ? read : otherwise(fields, field, `This is at most ${max}.`, ZERO);
}

function notNegative(fields: Fields, field: string, value: Decimal): Decimal {
  return isNegative(value) ? otherwise(fields, field, 'This is 0 or more.', ZERO) : value;
}

function otherwise<T>(fields: Fields, field: string, message: string, harmless: T): T {
  refuse(fields, field, message);
  return harmless;
}

/** Reads a value that may be absent. */
export function given<T, Absent>(value: unknown, absent: Absent, read: (value: unknown) => T): T | Absent {
  return value === undefined || value === null ? absent : read(value);
}
