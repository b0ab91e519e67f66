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

const SPECIALS = /["\\]/g;
/** What JSON escapes in other ways than an array literal does. */
const ESCAPED_BY_JSON = /[\u0000-\u001f\ud800-\udfff]/;

/** Nearly every text is quoted as in JSON, which the engine does several times as fast. */
function quoted(text: string): string {
  return ESCAPED_BY_JSON.test(text) ? `"${text.replace(SPECIALS, '\\$&')}"` : JSON.stringify(text);
}
