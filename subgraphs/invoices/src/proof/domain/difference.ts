import { canonicalJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';

/** Most differences that one part of an invoice is reported with. */
export const DIFFERENCES_MAX = 20;

/** Where two values are not the same; null where one of them has nothing there. */
export interface Difference {
  /** For example `lines[0].amountMinor`. */
  readonly path: string;
  readonly stored: string | null;
  readonly recomputed: string | null;
}

/** Where the two values differ, leaf by leaf, the first of them; none where they have the same bytes. */
export function differencesOf(path: string, stored: unknown, recomputed: unknown): readonly Difference[] {
  const found: Difference[] = [];
  compare({ path, stored: jsonOf(stored), recomputed: jsonOf(recomputed) }, found);
  return found;
}

interface Pair {
  readonly path: string;
  readonly stored: JsonValue | undefined;
  readonly recomputed: JsonValue | undefined;
}

function jsonOf(value: unknown): JsonValue | undefined {
  return value === undefined ? undefined : encodeJson(value);
}

function compare({ path, stored, recomputed }: Pair, found: Difference[]): void {
  if (found.length >= DIFFERENCES_MAX || stored === recomputed) return;
  const [left, right] = [partsOf(stored), partsOf(recomputed)];
  if (left === null || right === null || Array.isArray(stored) !== Array.isArray(recomputed)) {
    if (isSame(stored, recomputed)) return;
    found.push({ path, stored: textOf(stored), recomputed: textOf(recomputed) });
    return;
  }
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  for (const key of keys) {
    const place = Array.isArray(stored) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    compare({ path: place, stored: left.get(key), recomputed: right.get(key) }, found);
  }
}

function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return canonicalJson(one) === canonicalJson(other);
}

/** What a value is made of; null for one that is whole. */
function partsOf(json: JsonValue | undefined): ReadonlyMap<string, JsonValue> | null {
  if (json === undefined || json === null || typeof json !== 'object') return null;
  if ('$bigint' in json) return null;
  return new Map(Object.entries(json));
}

function textOf(json: JsonValue | undefined): string | null {
  if (json === undefined) return null;
  if (typeof json === 'string') return json;
  if (json !== null && typeof json === 'object' && '$bigint' in json) return String(json['$bigint']);
  return JSON.stringify(json);
}
