import { expect, test } from 'vitest';
import { AssertionFailed, assert, unreachable } from './assert.js';

test('a broken promise throws AssertionFailed with the reason why it should hold', () => {
  expect(() => assert(false, 'lines have a currency')).toThrow(new AssertionFailed('lines have a currency'));
  expect(() => assert(true, 'holds')).not.toThrow();
});

test('an impossible variant is a bug at run time', () => {
  expect(() => unreachable('surprise' as never)).toThrow(AssertionFailed);
});
