import { isEnum } from '../supergraph.js';

const TEXTS = ['', 'a\u0000b', 'a\u0007b', '\ud800', '\u200b', 'x'.repeat(20_000)];

/** Values that make no sense somewhere, or nearly none, by the named type that stands there. */
const NASTY: Readonly<Record<string, readonly unknown[]>> = {
  String: TEXTS,
  ID: [...TEXTS, "'; DROP TABLE x; --", 'sub_00000000000000000000000000'],
  Decimal: ['0', '-1', '1000000000000000', '1000000000000001', '9'.repeat(60), '1e3', 7],
  Int: [-1, 0, 2_147_483_647, 1.5],
  Boolean: ['yes'],
  Date: ['0001-01-01', '9999-12-31', '2024-02-30', '275760-09-13'],
  DateTime: ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2024-13-01T00:00:00Z'],
  Currency: ['XAU', 'usd', 'JPY'],
  JSONObject: [{ a: 'x\u0000' }, { 'a\u0000': 'x' }, { a: 1 }, { a: '\ud800' }, [], { a: 'x'.repeat(9_000) }],
};

/** What is tried at a place where this stands. Null is tried everywhere. */
export function nastyFor(type: string, value: unknown): readonly unknown[] {
  if (type === '[]') return [null, [], [null], twice(value)];
  if (isEnum(type)) return [null, 'NOPE'];
  const known = NASTY[type];
  if (known !== undefined) return [null, ...known];
  return [null, {}, { ...(value as object), nonsense: 1 }];
}

function twice(value: unknown): unknown {
  const items = value as readonly unknown[];
  return [...items, ...items];
}

/** A value as a test's title or a failure shows it. */
export function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 40);
}
