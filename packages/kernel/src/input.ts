import { parseCountry, type Country } from './country.js';
import { parseCurrency, type Currency } from './money/currency.js';
import { isLonger, isVisible, UNPRINTABLE } from './text.js';
import { compareDecimal, decimal, isNegative, parseDecimal, type Decimal } from './number/decimal.js';
import {
  instant,
  localDate,
  parseDate,
  parseInstant,
  parseTimeZone,
  UTC,
  type Instant,
  type LocalDate,
  type TimeZone,
} from './time/time.js';

/** A field of an input has a value that makes no sense. */
export interface InvalidInput {
  readonly reason: 'InvalidInput';
  /** What to give instead, with an example. */
  readonly message: string;
  /** Path of the field: `input.prices[0].price.graduated.tiers[1].upTo`. */
  readonly field: string;
}

/** What reading input leads to. */
export type Parsed<T, R = InvalidInput> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly rejection: R };

/** Untyped fields by name. */
export type Values = Readonly<Record<string, unknown>>;

/** What callers may send as a quantity; more is a mistake of units. */
export const QUANTITY_MAX = decimal('1000000000000000');
export const LIST_ITEMS_MAX = 10_000;
export const NAME_MAX_CHARS = 200;
export const ADDRESS_LINE_MAX_CHARS = 200;

const EMAIL_MAX_CHARS = 254;
const KEY_MAX_CHARS = 200;
const AMOUNT_MAX = decimal('1000000000000000000');
const ZERO = decimal('0');
const ONE = decimal('1');
const EPOCH = instant('1970-01-01T00:00:00Z');
const EMAIL = /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/;
const CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const LINE_BREAKS = /[\r\n\t]/g;

/** The rejection of one field. */
export function invalid(field: string, message: string): InvalidInput {
  return { reason: 'InvalidInput', field, message };
}

/** Reads a value that may be absent. */
export function given<T, Absent>(value: unknown, absent: Absent, read: (value: unknown) => T): T | Absent {
  return value === undefined || value === null ? absent : read(value);
}

/**
 * A reading of input that remembers the first field that makes no sense. Every method answers a harmless value then, so
 * that reading goes on without branches; `result` gives the rejection instead of the value in the end.
 */
export class InputReader {
  readonly #quantityMax: Decimal;
  #rejection: InvalidInput | null = null;

  constructor(quantityMax: Decimal = QUANTITY_MAX) {
    this.#quantityMax = quantityMax;
  }

  /** The first field that makes no sense; null where all do so far. */
  get rejection(): InvalidInput | null {
    return this.#rejection;
  }

  result<T>(value: T): Parsed<T> {
    return this.#rejection === null ? { ok: true, value } : { ok: false, rejection: this.#rejection };
  }

  reject(field: string, message: string): void {
    this.#rejection ??= invalid(field, message);
  }

  /** An object with no other fields than the known ones: a misspelt one would otherwise be left out silently. */
  record(field: string, value: unknown, known: readonly string[]): Values {
    const values = this.#object(field, value);
    const stranger = Object.keys(values).find((key) => !known.includes(key));
    if (stranger !== undefined)
      this.reject(`${field}.${stranger}`, 'Leave this out: it has no meaning here.');
    return values;
  }

  /** An object of texts, under names of the caller's choice. */
  texts(field: string, value: unknown): Readonly<Record<string, string>> {
    const entries = Object.entries(this.#object(field, value));
    return Object.fromEntries(entries.map(([key, text]) => [key, this.rawText(`${field}.${key}`, text)]));
  }

  list<T>(field: string, value: unknown, read: (field: string, item: unknown) => T): T[] {
    if (!Array.isArray(value)) return this.#otherwise(field, 'Give a list.', []);
    if (value.length > LIST_ITEMS_MAX)
      return this.#otherwise(field, `Give at most ${LIST_ITEMS_MAX} items.`, []);
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
    const size = this.amount(field, value);
    return size === ZERO ? this.#otherwise(field, 'Give more than 0.', ONE) : size;
  }

  /** A quantity of either sign, within the bound of quantities. */
  quantity(field: string, value: unknown): Decimal {
    return this.#decimal(field, value, this.#quantityMax);
  }

  /** A quantity, 0 or more. */
  units(field: string, value: unknown): Decimal {
    return this.#notNegative(field, this.quantity(field, value));
  }

  /** From the first to the second, both included. */
  integer(field: string, value: unknown, [least, most]: readonly [number, number]): number {
    const within = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
    return within ? value : this.#otherwise(field, `Give an integer from ${least} to ${most}.`, least);
  }

  boolean(field: string, value: unknown): boolean {
    return typeof value === 'boolean' ? value : this.#otherwise(field, 'Give true or false.', false);
  }

  choice<T extends string>(field: string, value: unknown, choices: readonly [T, ...T[]]): T {
    const known = choices.find((choice) => choice === value);
    return known ?? this.#otherwise(field, `Give one of ${choices.join(', ')}.`, choices[0]);
  }

  rawText(field: string, value: unknown): string {
    return typeof value === 'string' ? value : this.#otherwise(field, 'Give a text.', '');
  }

  /** A line of text, trimmed; 1 to `max` characters. */
  text(field: string, value: unknown, max: number): string {
    return this.optionalText(field, value, max) ?? this.#otherwise(field, `Give 1 to ${max} characters.`, '');
  }

  /** A line of text, trimmed; absent, empty and what nobody can see are null. */
  optionalText(field: string, value: unknown, max: number): string | null {
    const text = given(value, '', (some) => this.rawText(field, some)).trim();
    if (isLonger(text, max)) this.reject(field, `Give at most ${max} characters.`);
    if (UNPRINTABLE.test(text)) this.reject(field, 'Leave out control characters.');
    return isVisible(text) ? text : null;
  }

  /** Text that may have several lines, trimmed; empty and absent are null. */
  prose(field: string, value: unknown, max: number): string | null {
    const text = given(value, '', (some) => this.rawText(field, some)).trim();
    return this.optionalText(field, text.replace(LINE_BREAKS, ' '), max) === null ? null : text;
  }

  /** The tenant's own short name for something. */
  code(field: string, value: unknown): string {
    const hint =
      'Give 1 to 64 letters, digits, ".", "_" and "-", a letter or digit first, for example pro-2024.';
    return typeof value === 'string' && CODE.test(value) ? value : this.#otherwise(field, hint, 'none');
  }

  email(field: string, value: unknown): string | null {
    const text = this.optionalText(field, value, EMAIL_MAX_CHARS);
    if (text !== null && !EMAIL.test(text))
      this.reject(field, 'Give an e-mail address, for example ada@example.com.');
    return text;
  }

  currency(field: string, value: unknown): Currency {
    const read = typeof value === 'string' ? parseCurrency(value) : null;
    return read ?? this.#otherwise(field, 'Give a currency as its ISO 4217 code, for example EUR.', 'USD');
  }

  country(field: string, value: unknown): Country {
    const read = typeof value === 'string' ? parseCountry(value) : null;
    if (read === null) this.reject(field, 'Give a country as its ISO 3166-1 alpha-2 code, for example DE.');
    return read ?? ('' as Country);
  }

  timeZone(field: string, value: unknown): TimeZone {
    const read = typeof value === 'string' ? parseTimeZone(value) : null;
    return (
      read ?? this.#otherwise(field, 'Give a time zone by its IANA name, for example Europe/Vilnius.', UTC)
    );
  }

  instant(field: string, value: unknown): Instant {
    const read = typeof value === 'string' ? parseInstant(value) : null;
    const hint = 'Give an instant as in RFC 3339, for example 2024-05-03T10:00:00Z.';
    return read ?? this.#otherwise(field, hint, EPOCH);
  }

  date(field: string, value: unknown): LocalDate {
    const read = typeof value === 'string' ? parseDate(value) : null;
    return (
      read ??
      this.#otherwise(field, 'Give a date as YYYY-MM-DD, for example 2024-05-03.', localDate('1970-01-01'))
    );
  }

  /** Sent again by programs, compared byte by byte. */
  idempotencyKey(value: string | null | undefined): string | null {
    if (value === null || value === undefined) return null;
    if (value.length === 0 || value.length > KEY_MAX_CHARS || UNPRINTABLE.test(value))
      this.reject(
        'input.idempotencyKey',
        `Give 1 to ${KEY_MAX_CHARS} printable characters, for example a UUID.`,
      );
    return value;
  }

  #object(field: string, value: unknown): Values {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Values) : this.#otherwise(field, 'Give an object.', {});
  }

  #decimal(field: string, value: unknown, max: Decimal): Decimal {
    const read = typeof value === 'string' ? parseDecimal(value) : null;
    if (read === null)
      return this.#otherwise(field, 'Give a decimal as text without exponent, for example 12.50.', ZERO);
    const size = isNegative(read) ? decimal(read.slice(1)) : read;
    return compareDecimal(size, max) <= 0 ? read : this.#otherwise(field, `Give at most ${max}.`, ZERO);
  }

  #notNegative(field: string, value: Decimal): Decimal {
    return isNegative(value) ? this.#otherwise(field, 'Give 0 or more.', ZERO) : value;
  }

  #otherwise<T>(field: string, message: string, harmless: T): T {
    this.reject(field, message);
    return harmless;
  }
}
