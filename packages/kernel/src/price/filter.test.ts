import { expect, test } from 'vitest';
import { ALL_USAGE, excludeEachOther, overlap, passesFilter, usageName, usageNamed } from './filter.js';

const eu = [{ name: 'region', value: 'eu' }];
const us = [{ name: 'region', value: 'us' }];
const large = [{ name: 'size', value: 'xl' }];

test('filters exclude each other where they ask one dimension for different values', () => {
  expect(excludeEachOther(eu, us)).toBe(true);
  expect(excludeEachOther(eu, [...us, ...large])).toBe(true);
  expect(excludeEachOther(eu, eu)).toBe(false);
  expect(excludeEachOther(eu, large)).toBe(false);
  expect(excludeEachOther(eu, ALL_USAGE)).toBe(false);
  expect(overlap({ meterId: 'mtr_a', filter: eu }, { meterId: 'mtr_b', filter: eu })).toBe(false);
});

test('usage passes a filter whose values it has, and one that asks for nothing', () => {
  const valueOf = (name: string) => (name === 'region' ? 'eu' : '');
  expect([eu, us, large, ALL_USAGE].map((filter) => passesFilter(filter, valueOf))).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test('usage has a name, whatever its values are', () => {
  const odd = { meterId: 'mtr_a', filter: [{ name: 'a b', value: '"] x' }] };
  expect(usageNamed(usageName(odd))).toEqual(odd);
  expect(usageName({ meterId: 'mtr_a', filter: ALL_USAGE })).toBe('mtr_a');
});
