import { assert } from './assert.js';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Deeper values are a loop or an attack. */
export const JSON_DEPTH_MAX = 64;
const BIGINT_DIGITS_MAX = 1_000;

const BIGINT_KEY = '$bigint';
const BIGINT_TEXT = new RegExp(`^-?\\d{1,${BIGINT_DIGITS_MAX}}$`);
const RESERVED_KEY = /^\$+bigint$/;

/** Plain values to JSON: a bigint becomes `{"$bigint":"123"}`, undefined properties are left out. */
export function encodeJson(value: unknown): JsonValue {
  return encode(value, 0);
}

/** The value that was encoded. Its type is not known: decode before you trust. */
export function decodeJson(json: JsonValue): unknown {
  return decode(json, 0);
}

/** One text per value, whatever the order of its keys: for hashes and comparison. */
export function canonicalJson(value: unknown): string {
  return stringify(encodeJson(value));
}

/** Parts in which nothing has to be encoded are handed on as they are: most of a value, and copying is most of the work. */
function encode(value: unknown, depth: number): JsonValue {
  assert(depth <= JSON_DEPTH_MAX, 'a value nests at most 64 levels');
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return { [BIGINT_KEY]: value.toString() };
  if (typeof value === 'number') {
    assert(Number.isFinite(value), 'JSON has no NaN and no infinity');
    return value === 0 ? 0 : value;
  }
  if (Array.isArray(value)) return encodeArray(value, depth);
  assert(isPlainObject(value), `JSON holds plain data, not ${typeof value}`);
  return encodeObject(value, depth);
}

function encodeArray(value: readonly unknown[], depth: number): JsonValue {
  let copy: JsonValue[] | undefined;
  for (let index = 0; index < value.length; index += 1) {
    const item = value[index];
    const encoded = encode(item ?? null, depth + 1);
    if (!Object.is(encoded, item)) (copy ??= [...(value as JsonValue[])])[index] = encoded;
  }
  return copy ?? (value as JsonValue[]);
}

function encodeObject(value: Readonly<Record<string, unknown>>, depth: number): JsonValue {
  let copy: Record<string, JsonValue> | undefined;
  for (const key of Object.keys(value)) {
    const item = value[key];
    if (item === undefined || isReserved(key)) return encodeEntries(value, depth);
    const encoded = encode(item, depth + 1);
    if (!Object.is(encoded, item)) (copy ??= { ...(value as Record<string, JsonValue>) })[key] = encoded;
  }
  return copy ?? (value as Record<string, JsonValue>);
}

/** An object that has not the same keys in JSON. */
function encodeEntries(value: Readonly<Record<string, unknown>>, depth: number): JsonValue {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    entries.map(([key, item]) => [isReserved(key) ? `$${key}` : key, encode(item, depth + 1)]),
  );
}

function isReserved(key: string): boolean {
  return key.startsWith('$') && RESERVED_KEY.test(key);
}

/** Parts that hold nothing encoded are handed on as they are: most of a value, and copying them is most of the work. */
function decode(json: JsonValue, depth: number): unknown {
  assert(depth <= JSON_DEPTH_MAX, 'a value nests at most 64 levels');
  if (json === null || typeof json !== 'object') return json;
  return isJsonArray(json) ? decodeArray(json, depth) : decodeObject(json, depth);
}

function decodeArray(json: readonly JsonValue[], depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < json.length; index += 1) {
    const item = json[index] ?? null;
    if (item === null || typeof item !== 'object') continue;
    const decoded = decode(item, depth + 1);
    if (decoded !== item) (copy ??= [...json])[index] = decoded;
  }
  return copy ?? json;
}

function decodeObject(json: { readonly [key: string]: JsonValue }, depth: number): unknown {
  if (isBigintText(json[BIGINT_KEY]) && Object.keys(json).length === 1) return BigInt(json[BIGINT_KEY]);
  let copy: Record<string, unknown> | undefined;
  // What JSON.parse made has no keys but its own.
  for (const key in json) {
    if (isReserved(key)) return decodeReserved(json, depth);
    const item = json[key] ?? null;
    if (item === null || typeof item !== 'object') continue;
    const decoded = decode(item, depth + 1);
    if (decoded !== item) (copy ??= { ...json })[key] = decoded;
  }
  return copy ?? json;
}

/** An object of our own data with keys that look like the marker. */
function decodeReserved(json: { readonly [key: string]: JsonValue }, depth: number): unknown {
  return Object.fromEntries(
    Object.entries(json).map(([key, item]) => [
      isReserved(key) ? unescaped(key) : key,
      decode(item, depth + 1),
    ]),
  );
}

/** Text that JSON has to escape nothing of. */
const PLAIN = /^[ !#-[\]-~]*$/;

function stringify(json: JsonValue): string {
  if (typeof json === 'string') return quoted(json);
  if (json === null || typeof json !== 'object') return JSON.stringify(json);
  if (isJsonArray(json)) return `[${json.map(stringify).join(',')}]`;
  let text = '';
  for (const key of Object.keys(json).sort())
    text += `${text === '' ? '{' : ','}${quoted(key)}:${stringify(json[key] ?? null)}`;
  return text === '' ? '{}' : `${text}}`;
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A key of our own data that looks like the marker carries one more `$` in JSON. */
function unescaped(key: string): string {
  return key === BIGINT_KEY ? key : key.slice(1);
}

function isBigintText(json: JsonValue | undefined): json is string {
  return typeof json === 'string' && BIGINT_TEXT.test(json);
}

function isJsonArray(json: JsonValue): json is readonly JsonValue[] {
  return Array.isArray(json);
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
