/** A statement's parameter as it is sent: text that Postgres reads into the parameter's type, bytes, or NULL. */
export type Parameter = string | Uint8Array | null;

/** A value as a parameter: arrays as array literals, other objects as JSON. Throws for what cannot be written. */
export function parameterOf(value: unknown): Parameter {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return value;
  return Array.isArray(value) ? arrayText(value) : plainText(value);
}

function plainText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function arrayText(values: readonly unknown[]): string {
  let text = '{';
  for (const [index, value] of values.entries())
    text += index === 0 ? elementText(value) : `,${elementText(value)}`;
  return `${text}}`;
}

function elementText(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return arrayText(value);
  if (value instanceof Uint8Array) return `"\\\\x${Buffer.from(value).toString('hex')}"`;
  return quoted(plainText(value));
}

/** An array of texts, or of JSON in text, in Postgres' own form: nothing has to be quoted, and nothing read out of quotes. */
export function arrayOf(type: 'text' | 'json' | 'jsonb', texts: readonly string[]): Uint8Array {
  const lengths = texts.map((text) => Buffer.byteLength(text));
  const prefix = type === 'jsonb' ? 1 : 0;
  const body = lengths.reduce((sum, length) => sum + INT_BYTES + prefix + length, 0);
  const bytes = Buffer.allocUnsafe(ARRAY_HEAD_BYTES + body);
  let at = 0;
  for (const value of [1, 0, ELEMENT_OID[type], texts.length, 1]) at = bytes.writeInt32BE(value, at);
  for (const [index, text] of texts.entries()) {
    at = bytes.writeInt32BE(prefix + (lengths[index] ?? 0), at);
    if (type === 'jsonb') at = bytes.writeUInt8(JSONB_VERSION, at);
    at += bytes.write(text, at);
  }
  return bytes;
}

const INT_BYTES = 4;
/** Dimensions, whether there are NULLs, the elements' type, and how many from which number on. */
const ARRAY_HEAD_BYTES = 5 * INT_BYTES;
const ELEMENT_OID = { text: 25, json: 114, jsonb: 3802 } as const;
const JSONB_VERSION = 1;

const SPECIALS = /["\\]/g;
/** What JSON escapes in other ways than an array literal does. */
const ESCAPED_BY_JSON = /[\u0000-\u001f\ud800-\udfff]/;

/** Nearly every text is quoted as in JSON, which the engine does several times as fast. */
function quoted(text: string): string {
  return ESCAPED_BY_JSON.test(text) ? `"${text.replace(SPECIALS, '\\$&')}"` : JSON.stringify(text);
}
