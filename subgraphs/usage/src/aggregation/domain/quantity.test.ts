import { expect, test } from 'vitest';
import { ZERO_DECIMAL } from '@tollgate/kernel/number/decimal';
import { addTo, readQuantity, totalOf } from './quantity.js';

test('a quantity is a decimal of 0 or more, as text or as a plain number', () => {
  expect(readQuantity(12)).toBe(12);
  expect(readQuantity('12')).toBe(12);
  expect(readQuantity('12.50')).toBe('12.5');
  expect(readQuantity(0.1)).toBe('0.1');
  expect(readQuantity(-0)).toBe(0);
  expect(readQuantity('123456789012345678901234')).toBe('123456789012345678901234');
});

test.each([[-1], ['-0.5'], [-0.25]])('%s is below zero', (value) => {
  expect(readQuantity(value)).toBe('negative');
});

test.each([
  [2 ** 53],
  [1e21],
  [1e-7],
  ['1e3'],
  ['abc'],
  [''],
  [null],
  [undefined],
  [true],
  [{}],
  ['1'.repeat(25)],
])('%s is no quantity, for its digits are lost or it has none', (value) => {
  expect(readQuantity(value)).toBeNull();
});

test('a sum stays exact beyond what a number holds', () => {
  const sum = { whole: 0, exact: ZERO_DECIMAL };
  for (const quantity of [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 5]) addTo(sum, quantity);
  addTo(sum, readQuantity('0.25') as never);
  expect(totalOf(sum)).toBe('18014398509481987.25');
});
