import { describe, expect, test } from 'vitest';
import { differencesOf } from './compare.js';

const INVOICE = {
  status: 'PAID',
  createdAt: '2025-03-10T09:30:00Z',
  dueAt: null,
  lines: [
    { kind: 'FEE', key: 'base', quantity: '1', amount: '29.00' },
    { kind: 'USAGE', key: 'api', quantity: '12.5', amount: '1.25' },
  ],
  total: '30.25',
};

const SHOWN = {
  status: 'PAID',
  number: 'INV-000001',
  createdAt: '2025-03-10T09:30:00.000Z',
  dueAt: null,
  lines: [
    { kind: 'FEE', key: 'base', quantity: '1', amount: '29', subscription: 's' },
    { kind: 'USAGE', key: 'api', quantity: '12.500', amount: '1.25', subscription: 's' },
  ],
  total: '30.25',
};

test('the same said in other words is the same: decimals are numbers, instants are points in time', () => {
  expect(differencesOf([INVOICE], [SHOWN])).toEqual([]);
});

describe('a wrong answer is caught', () => {
  const [fee, used] = SHOWN.lines;
  const wrong: readonly (readonly [string, object, string])[] = [
    ['a cent too much', { ...SHOWN, total: '30.26' }, '[0].total'],
    ['another sign', { ...SHOWN, total: '-30.25' }, '[0].total'],
    ['ten times as much', { ...SHOWN, total: '302.5' }, '[0].total'],
    ['a second later', { ...SHOWN, createdAt: '2025-03-10T09:30:01.000Z' }, '[0].createdAt'],
    ['another status', { ...SHOWN, status: 'OPEN' }, '[0].status'],
    ['something where nothing should be', { ...SHOWN, dueAt: '2025-03-10T09:30:00Z' }, '[0].dueAt'],
    ['nothing where something should be', { ...SHOWN, total: null }, '[0].total'],
    ['a key that is not there', { ...SHOWN, total: undefined }, '[0].total'],
    ['a number that is no text', { ...SHOWN, total: 30.25 }, '[0].total'],
    ['lines in another order', { ...SHOWN, lines: [used, fee] }, '[0].lines[0].kind'],
    ['a line too few', { ...SHOWN, lines: [fee] }, '[0].lines.length'],
    ['a line too many', { ...SHOWN, lines: [fee, used, used] }, '[0].lines.length'],
    ['no list', { ...SHOWN, lines: null }, '[0].lines'],
    [
      'a longer fraction',
      { ...SHOWN, lines: [fee, { ...used, quantity: '12.5000001' }] },
      '[0].lines[1].quantity',
    ],
  ];

  test.each(wrong)('%s', (_what, shown, path) => {
    expect(differencesOf([INVOICE], [shown]).map((one) => one.path)).toContain(path);
  });

  test('an invoice too many, and one too few', () => {
    expect(differencesOf([INVOICE], [SHOWN, SHOWN])).toEqual([{ path: '.length', expected: 1, got: 2 }]);
    expect(differencesOf([INVOICE], [])).toEqual([{ path: '.length', expected: 1, got: 0 }]);
  });

  test('none where one is expected, and one where none is', () => {
    expect(differencesOf({ allowed: true }, null)).toHaveLength(1);
    expect(differencesOf(null, { allowed: true })).toHaveLength(1);
    expect(differencesOf(null, null)).toEqual([]);
  });
});

test.each([
  ['0', '-0.00', true],
  ['100', '1e2', false],
  ['100', '100.0', true],
  ['100', '1', false],
  ['0.10', '0.1', true],
  ['0.01', '0.1', false],
  ['007', '7', true],
  ['acme', 'acme2', false],
])('%s and %s', (left, right, same) => {
  expect(differencesOf(left, right).length === 0).toBe(same);
});
