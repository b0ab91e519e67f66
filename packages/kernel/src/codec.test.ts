import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AssertionFailed } from './assert.js';
import { canonicalJson, decodeJson, encodeJson, type JsonValue } from './codec.js';

const key = fc.oneof(fc.string(), fc.constantFrom('$bigint', '$$bigint', '__proto__', 'constructor'));
const plainData = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
    fc.bigInt(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries) as unknown),
  ),
})).value;

test('what was encoded and sent as text is decoded to the same value', () => {
  fc.assert(
    fc.property(plainData, (value) => {
      expect(decodeJson(JSON.parse(JSON.stringify(encodeJson(value))) as JsonValue)).toEqual(value);
    }),
  );
});

test('canonical text does not depend on the order of keys and reads back the same', () => {
  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([name, item]) => [name, shuffled(item)]),
    );
  };
  fc.assert(
    fc.property(plainData, (value) => {
      expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      expect(decodeJson(JSON.parse(canonicalJson(value)) as JsonValue)).toEqual(value);
    }),
  );
  expect(canonicalJson({ b: 1, a: [{ d: 2n, c: undefined }] })).toBe('{"a":[{"d":{"$bigint":"2"}}],"b":1}');
});

test('money keeps every digit', () => {
  const minor = 12345678901234567890123n;
  expect(encodeJson({ minor })).toEqual({ minor: { $bigint: '12345678901234567890123' } });
});

test('a marker that holds no integer is ordinary data', () => {
  for (const json of [{ $bigint: 'x' }, { $bigint: 1 }, { $bigint: '1', more: true }, { $bigint: '' }]) {
    expect(decodeJson(json)).toEqual(json);
  }
});

test('what JSON cannot carry is a bug, not a silent null', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  for (const value of [NaN, Infinity, () => 1, Symbol('s'), new Map(), undefined, loop]) {
    expect(() => encodeJson(value)).toThrow(AssertionFailed);
  }
});

test('what holds nothing to encode is handed on as it is, and what does is copied', () => {
  const plain = { name: 'Fee', parts: [{ at: 'x' }, [1, true, null]] };
  const value = { plain, amount: 12n, list: [{ minor: 1n }, plain] };
  const encoded = encodeJson(value);
  expect(encoded).toEqual({
    plain,
    amount: { $bigint: '12' },
    list: [{ minor: { $bigint: '1' } }, plain],
  });
  expect((encoded as { readonly plain: unknown }).plain).toBe(plain);
  expect(value).toEqual({ plain, amount: 12n, list: [{ minor: 1n }, plain] });
});

test('whatever the name of a property, it is a property', () => {
  const json = JSON.parse('{"__proto__":{"a":1},"constructor":"x"}') as Record<string, unknown>;
  for (const value of [json, { ...json, amount: 1n, gone: undefined }, { ...json, amount: 1n }])
    expect(Object.keys(encodeJson(value) as object)).toEqual(
      Object.keys(value).filter((key) => key !== 'gone'),
    );
});
