import { expect, test } from 'vitest';
import { numberingOf } from './usage.js';

test.each([
  [[], true],
  [['INV-000002', 'INV-000001'], true],
  [['INV-000001', 'INV-000003'], false],
  [['INV-000001', 'INV-000001'], false],
  [['INV-000002'], false],
  [['INV-x'], false],
])('%j', (numbers, gapless) => {
  expect(numberingOf(numbers)).toEqual({ issued: numbers.length, gapless });
});
