import { parseCurrency, type Currency } from './money/currency.js';
import { parseTimeZone, UTC, type TimeZone } from './time/time.js';
import { parseCountry, type Country } from './country.js';

/** A field of an input has a value that makes no sense. */
export interface InvalidInput {
  readonly reason: 'InvalidInput';
  readonly message: string;
  readonly field: string;
}

export const NAME_MAX_CHARS = 200;
export const ADDRESS_LINE_MAX_CHARS = 200;
const EMAIL_MAX_CHARS = 254;
const KEY_MAX_CHARS = 200;

const EMAIL = /^[^\s@]{1,64}@[^\s@]+\.[^\s@]+$/;
/** Control characters and halves of characters: nobody types them, and Postgres stores not all of them. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** The rejection of one field of an input. */
export function invalid(field: string, message: string): InvalidInput {
  return { reason: 'InvalidInput', field, message };
}

/** Reads fields one by one and keeps the first fault; what was read counts only where `fault()` is null. */
export interface FieldReader {
  fault(): InvalidInput | null;
  refuse(field: string, message: string): void;
  /** Trimmed; 1 to `max` characters. */
  text(field: string, value: string, max: number): string;
  /** Trimmed; empty and absent are null. */
  optionalText(field: string, value: string | null | undefined, max: number): string | null;
  email(field: string, value: string | null | undefined): string | null;
  currency(field: string, value: string): Currency;
  timeZone(field: string, value: string): TimeZone;
  country(field: string, value: string): Country;
  integer(field: string, value: number, min: number, max: number): number;
  /** Sent again by programs, compared byte by byte. */
  idempotencyKey(value: string | null | undefined): string | null;
}

/** A reader that notes by path what is wrong with an input first. */
export function fieldReader(): FieldReader {
  let first: InvalidInput | null = null;
  const refuse = (field: string, message: string): void => {
    first ??= invalid(field, message);
  };
  const optionalText = (field: string, value: string | null | undefined, max: number): string | null => {
    const text = value?.trim() ?? '';
    if (text.length > max) refuse(field, `At most ${max} characters.`);
    if (UNPRINTABLE.test(text)) refuse(field, 'Control characters are not text.');
    return text === '' ? null : text;
  };
  return {
    fault: () => first,
    refuse,
    optionalText,
    text: (field, value, max) => {
      const text = optionalText(field, value, max);
      if (text === null) refuse(field, 'It must not be empty.');
      return text ?? '';
    },
    email: (field, value) => {
      const text = optionalText(field, value, EMAIL_MAX_CHARS);
      if (text !== null && !EMAIL.test(text)) refuse(field, 'That is no e-mail address.');
      return text;
    },
    currency: (field, value) => {
      const currency = parseCurrency(value);
      if (currency === null) refuse(field, 'Give a currency as its ISO 4217 code, for example EUR.');
      return currency ?? 'USD';
    },
    timeZone: (field, value) => {
      const zone = parseTimeZone(value);
      if (zone === null) refuse(field, 'Give a time zone by its IANA name, for example Europe/Vilnius.');
      return zone ?? UTC;
    },
    country: (field, value) => {
      const country = parseCountry(value);
      if (country === null) refuse(field, 'Give a country as its ISO 3166-1 alpha-2 code, for example DE.');
      return country ?? ('' as Country);
    },
    integer: (field, value, min, max) => {
      if (!Number.isInteger(value) || value < min || value > max) refuse(field, `From ${min} to ${max}.`);
      return value;
    },
    idempotencyKey: (value) => {
      if (value === null || value === undefined) return null;
      if (value.length === 0 || value.length > KEY_MAX_CHARS || UNPRINTABLE.test(value))
        refuse('idempotencyKey', `An idempotency key has 1 to ${KEY_MAX_CHARS} printable characters.`);
      return value;
    },
  };
}

/** What is wrong with the key of a command that may be sent again; null where nothing is. */
export function idempotencyKeyFault(value: string | null | undefined): InvalidInput | null {
  const fields = fieldReader();
  fields.idempotencyKey(value);
  return fields.fault();
}
