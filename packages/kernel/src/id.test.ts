import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AssertionFailed } from './assert.js';
import { ID_PATTERN, ID_PREFIXES, formatId, isId } from './id.js';

const anyTime = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const anyRandom = fc.uint8Array({ minLength: 10, maxLength: 10 });

test('a formatted id is an id of its kind and of no other', () => {
  fc.assert(
    fc.property(anyTime, anyRandom, fc.constantFrom(...ID_PREFIXES), (timeMs, random, prefix) => {
      const id = formatId(prefix, { timeMs, random });
      expect(id).toMatch(ID_PATTERN);
      for (const other of ID_PREFIXES) expect(isId(other, id)).toBe(other === prefix);
    }),
  );
});

test('ids of later milliseconds sort after earlier ones, whatever their random part', () => {
  fc.assert(
    fc.property(anyTime, anyTime, anyRandom, anyRandom, (a, b, first, second) => {
      fc.pre(a < b);
      const earlier = formatId('inv', { timeMs: a, random: first });
      expect(earlier < formatId('inv', { timeMs: b, random: second })).toBe(true);
    }),
  );
});

test('every bit of an id counts', () => {
  const zeros = formatId('cus', { timeMs: 0, random: new Uint8Array(10) });
  expect(zeros).toBe('cus_00000000000000000000000000');
  const ones = formatId('cus', { timeMs: 2 ** 48 - 1, random: new Uint8Array(10).fill(255) });
  expect(ones).toBe('cus_7zzzzzzzzzzzzzzzzzzzzzzzzz');
});

test.each([
  'cus_',
  'cus_0000000000000000000000000',
  'CUS_00000000000000000000000000',
  'cus_0000000000000000000000000A',
  '',
  'cus',
  'cus_00000000000000000000000000 ',
])('%j is no customer id', (text) => {
  expect(isId('cus', text)).toBe(false);
});

test('an id is not made from too little entropy or an impossible time', () => {
  expect(() => formatId('cus', { timeMs: 0, random: new Uint8Array(9) })).toThrow(AssertionFailed);
  expect(() => formatId('cus', { timeMs: -1, random: new Uint8Array(10) })).toThrow(AssertionFailed);
});
