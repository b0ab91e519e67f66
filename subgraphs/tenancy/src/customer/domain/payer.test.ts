import { expect, test } from 'vitest';
import { instant } from '@tollgate/kernel/time/time';
import { checkPayer, withTerm, type PayerTerm } from './payer.js';

const [JANUARY, MARCH, JUNE] = ['01', '03', '06'].map((month) => instant(`2024-${month}-01T00:00:00.000Z`));
const at = (from: typeof JANUARY, payerId: string | null): PayerTerm => ({
  from: from ?? instant('2024-01-01T00:00:00.000Z'),
  payerId,
});
const hierarchy = (terms: Record<string, PayerTerm[]>, levelsBelow = 0) => ({
  terms: new Map(Object.entries(terms)),
  levelsBelow,
});
const reasonOf = (decided: ReturnType<typeof checkPayer>) => decided?.reason ?? null;

test('a term replaces what was dated later, and one that changes nothing is none', () => {
  const terms = [at(JANUARY, 'a'), at(JUNE, 'b')];
  expect(withTerm(terms, at(MARCH, 'c'))).toEqual([at(JANUARY, 'a'), at(MARCH, 'c')]);
  expect(withTerm(terms, at(MARCH, 'a'))).toEqual([at(JANUARY, 'a')]);
  expect(withTerm([], at(MARCH, null))).toEqual([]);
  const same = [at(JANUARY, 'a')];
  expect(withTerm(same, at(MARCH, 'a'))).toBe(same);
});

test('nobody comes to pay for itself, directly or through others', () => {
  expect(reasonOf(checkPayer('a', at(JANUARY, 'a'), hierarchy({})))).toBe('PayerCycle');
  const through = hierarchy({ b: [at(JANUARY, 'c')], c: [at(JUNE, 'a')] });
  expect(reasonOf(checkPayer('a', at(JANUARY, 'b'), through))).toBe('PayerCycle');
});

test('two may pay for each other one after the other', () => {
  const before = hierarchy({ b: [at(JANUARY, 'a'), at(MARCH, null)] });
  expect(checkPayer('a', at(MARCH, 'b'), before)).toBeNull();
  expect(reasonOf(checkPayer('a', at(JANUARY, 'b'), before))).toBe('PayerCycle');
});

test('at most five pay for one another in a row, those below included', () => {
  const terms = { b: [at(JANUARY, 'c')], c: [at(JANUARY, 'd')], d: [at(JANUARY, 'e')] };
  expect(checkPayer('a', at(JANUARY, 'b'), hierarchy(terms, 1))).toBeNull();
  expect(reasonOf(checkPayer('a', at(JANUARY, 'b'), hierarchy(terms, 2)))).toBe('InvalidInput');
});
