import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { MatrixPrice } from '@tollgate/kernel/price/model';
import * as rational from '@tollgate/kernel/number/rational';
import { matrixTotal, toldGroups } from './groups.js';

const GROUP_BY = ['region', 'size'];
const group = (texts: readonly string[], value: string) => ({
  texts,
  value: rational.fromDecimal(value),
  events: 1,
});
const price: MatrixPrice = {
  model: 'matrix',
  rows: [
    { match: { region: 'eu' }, unitAmount: decimal('0.10') },
    { match: { region: 'eu', size: 'xl' }, unitAmount: decimal('0.42') },
  ],
  defaultUnitAmount: null,
  minimumAmount: null,
  maximumAmount: null,
};

test('what is below zero, and what the price does not know, costs nothing', () => {
  const groups = [
    group(['eu', ''], '10'),
    group(['eu', 'xl'], '5'),
    group(['eu', 's'], '-7'),
    group(['us', ''], '100'),
  ];
  expect(matrixTotal(price, GROUP_BY, groups)).toBe('3.1');
});

test('a stretch tells the greatest groups by what they grew, and the others together', () => {
  const from = [group(['eu', 'xl'], '5'), group(['eu', 's'], '3')];
  const to = [
    group(['eu', 'xl'], '9'),
    group(['eu', 's'], '3'),
    group(['eu', 'm'], '2'),
    group(['us', ''], '4'),
  ];
  const told = toldGroups({ price, groupBy: GROUP_BY, from, to }, 1);
  expect(told.groups).toEqual([
    {
      dimensions: [
        { name: 'region', value: 'eu' },
        { name: 'size', value: 'xl' },
      ],
      quantity: '4',
      unitAmount: '0.42',
      amount: '1.68',
    },
  ]);
  expect(told.others).toEqual({ count: 2, quantity: '6', amount: '0.2' });
});

test('a price of a quantity tells quantities alone, and never values that nobody reads', () => {
  const perUnit = {
    ...({
      model: 'per_unit',
      unitAmount: decimal('1'),
      includedUnits: decimal('0'),
      conversion: null,
    } as const),
    ...{ minimumAmount: null, maximumAmount: null },
  };
  const to = [group(['x'.repeat(600), ''], '9'), group(['us', ''], '4')];
  const told = toldGroups({ price: perUnit, groupBy: GROUP_BY, from: [], to }, 100);
  expect(told.groups).toMatchObject([{ quantity: '4', unitAmount: null, amount: null }]);
  expect(told.others).toEqual({ count: 1, quantity: '9', amount: null });
});
