import { parseCurrency, type Currency } from '@tollgate/kernel/currency';
import { compareDecimal, decimal, isNegative, type Decimal } from '@tollgate/kernel/decimal';
import type { Bound } from '@tollgate/kernel/proration';
import {
  instant,
  parseDate,
  parseInstant,
  parseTimeZone,
  timeZone,
  type Instant,
  type TimeZone,
} from '@tollgate/kernel/time';

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
 * Reads untyped input and remembers the first field that makes no sense. Every reader answers a harmless value after a
 * fault, so that parsing goes on without branches; `parsed` then gives the fault instead of the value.
 */
export class Fields {
  #fault: InvalidInput | null = null;

  constructor(private readonly quantityMax: Decimal = QUANTITY_MAX) {}

  parsed<T>(value: T): Parsed<T> {
    return this.#fault === null ? { ok: true, value } : { ok: false, rejection: this.#fault };
  }

  refuse(field: string, message: string): void {
    this.#fault ??= { reason: 'InvalidInput', field, message };
  }

  /** An object with no other fields than the known ones: a misspelt one would otherwise be left out silently. */
  record(field: string, value: unknown, known: readonly string[]): Values {
    const values = this.#object(field, value);
    const stranger = Object.keys(values).find((key) => !known.includes(key));
    if (stranger !== undefined) this.refuse(`${field}.${stranger}`, 'This field has no meaning here.');
    return values;
  }

  /** An object of texts, under names of the caller's choice. */
  texts(field: string, value: unknown): Readonly<Record<string, string>> {
    const entries = Object.entries(this.#object(field, value));
    return Object.fromEntries(entries.map(([key, text]) => [key, this.text(`${field}.${key}`, text)]));
  }

  list<T>(field: string, value: unknown, read: (field: string, item: unknown) => T): T[] {
    if (!Array.isArray(value)) return this.#otherwise(field, 'This is a list.', []);
    if (value.length > LIST_ITEMS_MAX)
      return this.#otherwise(field, `A list has at most ${LIST_ITEMS_MAX} items.`, []);
    return value.map((item, index) => read(`${field}[${index}]`, item));
  }

  /** A decimal of either sign. */
  signed(field: string, value: unknown): Decimal {
    return this.#decimal(field, value, AMOUNT_MAX);
  }

  /** A decimal, 0 or more. */
  amount(field: string, value: unknown): Decimal {
    return this.#notNegative(field, this.signed(field, value));
  }

  /** A decimal above 0. */
  positive(field: string, value: unknown): Decimal {
    const amount = this.amount(field, value);
    return amount === ZERO ? this.#otherwise(field, 'This is above 0.', ONE) : amount;
  }

  /** A quantity of either sign, within the bound of quantities. */
  quantity(field: string, value: unknown): Decimal {
    return this.#decimal(field, value, this.quantityMax);
  }

  /** A quantity, 0 or more. */
  units(field: string, value: unknown): Decimal {
    return this.#notNegative(field, this.quantity(field, value));
  }

  integer(field: string, value: unknown, [least, most]: readonly [number, number]): number {
    const within = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
    return within ? value : this.#otherwise(field, `This is an integer from ${least} to ${most}.`, least);
  }

  boolean(field: string, value: unknown): boolean {
    return typeof value === 'boolean' ? value : this.#otherwise(field, 'This is true or false.', false);
  }

  text(field: string, value: unknown): string {
    return typeof value === 'string' ? value : this.#otherwise(field, 'This is a text.', '');
  }

  choice<T extends string>(field: string, value: unknown, choices: readonly [T, ...T[]]): T {
    const known = choices.find((choice) => choice === value);
    return known ?? this.#otherwise(field, `This is one of ${choices.join(', ')}.`, choices[0]);
  }

  currency(field: string, value: unknown): Currency {
    const known = typeof value === 'string' ? parseCurrency(value) : null;
    return known ?? this.#otherwise(field, 'This is no ISO 4217 currency with a minor unit.', 'USD');
  }

  instant(field: string, value: unknown): Instant {
    const read = typeof value === 'string' ? parseInstant(value) : null;
    return read ?? this.#otherwise(field, 'This is an RFC 3339 instant.', EPOCH);
  }

  /** A local date, which means its start, or an instant. */
  bound(field: string, value: unknown): Bound {
    const date = typeof value === 'string' ? parseDate(value) : null;
    return date ?? this.instant(field, value);
  }

  timeZone(field: string, value: unknown): TimeZone {
    const read = typeof value === 'string' ? parseTimeZone(value) : null;
    return read ?? this.#otherwise(field, 'This is no IANA time zone.', UTC);
  }

  #object(field: string, value: unknown): Values {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Values) : this.#otherwise(field, 'This is an object.', {});
  }

  #decimal(field: string, value: unknown, max: Decimal): Decimal {
    const plain = typeof value === 'string' && value.length <= DECIMAL_MAX_CHARS && DECIMAL_TEXT.test(value);
    if (!plain) return this.#otherwise(field, 'This is a decimal as text, without exponent.', ZERO);
    const read = decimal(value);
    const size = isNegative(read) ? decimal(read.slice(1)) : read;
    return compareDecimal(size, max) <= 0 ? read : this.#otherwise(field, `This is at most ${max}.`, ZERO);
  }

  #notNegative(field: string, value: Decimal): Decimal {
    return isNegative(value) ? this.#otherwise(field, 'This is 0 or more.', ZERO) : value;
  }

  #otherwise<T>(field: string, message: string, harmless: T): T {
    this.refuse(field, message);
    return harmless;
  }
}

/** Reads a value that may be absent. */
export function given<T, Absent>(value: unknown, absent: Absent, read: (value: unknown) => T): T | Absent {
  return value === undefined || value === null ? absent : read(value);
}
