import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrayOf, parameterOf } from './parameters.js';

test.each([
  [null, null],
  [undefined, null],
  ['text', 'text'],
  [12, '12'],
  [9_007_199_254_740_993n, '9007199254740993'],
  [true, 'true'],
  [new Date('2024-01-02T03:04:05.678Z'), '2024-01-02T03:04:05.678Z'],
  [{ a: [1, 'x'] }, '{"a":[1,"x"]}'],
])('a value is written as Postgres reads it: %#', (value, written) => {
  expect(parameterOf(value)).toEqual(written);
});

test('bytes stay bytes', () => {
  expect(parameterOf(new Uint8Array([0, 255]))).toEqual(new Uint8Array([0, 255]));
});

test('an array is a literal whose elements are quoted where they have to be', () => {
  expect(parameterOf([])).toBe('{}');
  expect(parameterOf([1, 2n, null, true])).toBe('{"1","2",NULL,"true"}');
  expect(parameterOf(['a', 'null', '', 'say "x"', 'back\\slash', '{}'])).toBe(
    '{"a","null","","say \\"x\\"","back\\\\slash","{}"}',
  );
  expect(parameterOf([['a'], ['b']])).toBe('{{"a"},{"b"}}');
  expect(parameterOf([{ a: 'x' }])).toBe('{"{\\"a\\":\\"x\\"}"}');
  expect(parameterOf([new Uint8Array([1, 255])])).toBe('{"\\\\x01ff"}');
});

test('texts in an array are read back as they were', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      const literal = String(parameterOf(texts));
      // Inside of the braces quoted texts and commas are what JSON would have, but for other escapes.
      const read = [...literal.slice(1, -1).matchAll(/"((?:[^"\\]|\\[^])*)"/g)].map(([, text = '']) =>
        text.replace(/\\([^])/g, '$1'),
      );
      expect(read).toEqual(texts);
    }),
  );
});

test('an array in the own form of Postgres has a head, and each text behind its length', () => {
  const head = (oid: number, count: number) => [1, 0, oid, count, 1].flatMap((value) => int(value));
  expect([...arrayOf('text', ['a', '', '\u00e4'])]).toEqual([
    ...head(25, 3),
    ...[...int(1), 0x61],
    ...int(0),
    ...[...int(2), 0xc3, 0xa4],
  ]);
  expect([...arrayOf('jsonb', ['1'])]).toEqual([...head(3802, 1), ...int(2), 1, 0x31]);
});

function int(value: number): number[] {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return [...bytes];
}

test('what JSON cannot say is refused here and not while it is sent', () => {
  expect(() => parameterOf({ big: 1n })).toThrow(TypeError);
});
