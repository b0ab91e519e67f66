import type { Decimal } from '@tollgate/kernel/number/decimal';
import { z } from 'zod';

const ULID = '[0-9a-z]{26}';

/** A prefixed opaque id, for example `cus_01hf…`. */
export const id = <P extends string>(prefix: P) =>
  z.templateLiteral([z.literal(prefix), z.literal('_'), z.string().regex(new RegExp(`^${ULID}$`))]);

/** RFC 3339 UTC with milliseconds: `2024-05-03T10:00:00.000Z`. */
export const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

/** A calendar date in some zone: `2024-05-03`. */
export const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** Exact decimal text, no exponent. */
export const decimal = z.string().regex(/^-?\d{1,38}(\.\d{1,18})?$/);

/** The one text of a decimal: without exponent, plus, needless zeros and `-0`. Equal values are equal texts. */
export const exactDecimal = z
  .string()
  .regex(/^(?!-0$)-?(0|[1-9]\d{0,37})(\.\d{0,17}[1-9])?$/) as unknown as z.ZodType<Decimal>;

/** Minor units of a currency as integer text. */
export const minor = z.string().regex(/^-?\d{1,38}$/);

/** ISO 4217 code. */
export const currency = z.string().regex(/^[A-Z]{3}$/);

/** ISO 3166-1 alpha-2 code. */
export const country = z.string().regex(/^[A-Z]{2}$/);

/** A country, or a part of one by ISO 3166-2: `FR`, `US-WA`. */
export const jurisdiction = z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/);

/** IANA time zone name. */
export const timeZone = z.string().min(1).max(64);

/** Half-open `[from, to)`. */
export const period = z.strictObject({ from: instant, to: instant });
