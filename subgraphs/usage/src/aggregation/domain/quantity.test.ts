import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import {
  addTo,
  isBelowZero,
  isExact,
  isWithinBounds,
  newSum,
  readQuantity,
  totalOf,
  type Quantity,
} from './quantity.js';

test('a quantity is a decimal, as text or as a plain number', () => {
  expect(readQuantity(12)).toBe(12);
  expect(readQuantity('12')).toBe(12);
  expect(readQuantity('12.50')).toBe('12.5');
  expect(readQuantity(0.1)).toBe('0.1');
  expect(readQuantity(-0)).toBe(0);
  expect(readQuantity('-12')).toBe(-12);
  expect(readQuantity('123456789012345678901234')).toBe('123456789012345678901234');
});

test.each([
  [1e-9, '0.000000001'],
  [-2.5e-7, '-0.00000025'],
  [1e-19, null],
])('%d is written with an exponent, and is %s all the same', (value, quantity) => {
  expect(readQuantity(value)).toBe(quantity);
});

test.each([
  [0.1, true],
  [1e-9, true],
  ['0.1234567890123456789', true],
  [9_007_199_254_740_991, true],
  [2_251_799_813_685_249.3, false],
  [0.30000000000000004, false],
])('whether %s is what was written is known: %s', (value, exact) => {
  expect(isExact(value)).toBe(exact);
});

test.each([[-1], ['-0.5'], [-0.25]])('%s is below zero', (value) => {
  const quantity = readQuantity(value);
  expect(quantity !== null && isBelowZero(quantity)).toBe(true);
});

test.each([[0], ['0.5'], [3]])('%s is not below zero', (value) => {
  const quantity = readQuantity(value);
  expect(quantity !== null && isBelowZero(quantity)).toBe(false);
});

test.each([[2 ** 53], [1e21], ['1e3'], ['abc'], [''], [null], [undefined], [true], [{}]])(
  '%s is no quantity, for its digits are lost or it has none',
  (value) => {
    expect(readQuantity(value)).toBeNull();
  },
);

test('an event brings at most 24 digits before the point', () => {
  expect(isWithinBounds(decimal('1'.repeat(24)))).toBe(true);
  expect(isWithinBounds(decimal(`-${'1'.repeat(24)}.5`))).toBe(true);
  expect(isWithinBounds(decimal('1'.repeat(25)))).toBe(false);
});

test('a sum stays exact beyond what a number holds, above and below zero', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const sumOf = (...parts: readonly (readonly [Quantity, number])[]) => {
    const sum = newSum();
    for (const [quantity, times] of parts) addTo(sum, quantity, times);
    return totalOf(sum);
  };
  expect(sumOf([most, 1], [most, 1], [5, 1], [decimal('0.25'), 1])).toBe('18014398509481987.25');
  expect(sumOf([-most, 3], [most, 1])).toBe('-18014398509481982');
  expect(sumOf([decimal('0.1'), 3], [2, 7])).toBe('14.3');
});
