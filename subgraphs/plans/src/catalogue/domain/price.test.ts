import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputReader } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import { readPrices, type PriceDraft, type PricedMeter } from './price.js';

const METER = `mtr_${'0'.repeat(26)}`;
const OTHER = `mtr_${'1'.repeat(26)}`;
const GROUPED = `mtr_${'2'.repeat(26)}`;
const COUNTED = `mtr_${'3'.repeat(26)}`;
const meters = new Map<string, PricedMeter>([
  [METER, { code: 'input_tokens', aggregation: 'sum', groupBy: [] }],
  [OTHER, { code: 'output_tokens', aggregation: 'sum', groupBy: [] }],
  [GROUPED, { code: 'vm', aggregation: 'sum', groupBy: ['region', 'size'] }],
  [COUNTED, { code: 'calls', aggregation: 'count', groupBy: [] }],
]);
const ids = (count: number): Id<'prc'>[] =>
  Array.from({ length: count }, (_, index): Id<'prc'> => `prc_${String(index).padStart(26, '0')}`);
const check = (...drafts: PriceDraft[]) => {
  const fields = new InputReader();
  return fields.result(readPrices(fields, drafts, { ids: ids(drafts.length), meters, currency: 'USD' }));
};
const rejected = (...drafts: PriceDraft[]) => {
  const result = check(...drafts);
  return result.ok ? 'accepted' : result.rejection.field;
};
const fee: PriceDraft = { key: 'fee', price: { flat: { flatAmount: '20.00' } } };
const perUnit: PriceDraft = { key: 'in', meterId: METER, price: { perUnit: { unitAmount: '0.0000015' } } };
const tiers = [
  { upTo: '20000', unitAmount: '0.00001' },
  { upTo: '200000', unitAmount: '0.000008', flatAmount: '1' },
  { unitAmount: '0.000006' },
];

test('a fee, seats and usage become the kernel’s prices with canonical decimals', () => {
  const seats: PriceDraft = {
    key: 'seats',
    description: 'Seats',
    price: { graduated: { tiers }, includedUnits: '2.0', minimumAmount: '5' },
  };
  const result = check(fee, seats, perUnit);
  expect(result).toMatchObject({
    ok: true,
    value: [
      { key: 'fee', currency: 'USD', meterId: null, description: 'fee', price: { flatAmount: '20' } },
      {
        key: 'seats',
        meterId: null,
        description: 'Seats',
        price: {
          model: 'graduated',
          includedUnits: '2',
          minimumAmount: '5',
          maximumAmount: null,
          conversion: null,
          tiers: [
            { upTo: '20000', unitAmount: '0.00001', flatAmount: '0', flatAtZero: false },
            { upTo: '200000', unitAmount: '0.000008', flatAmount: '1', flatAtZero: false },
            { upTo: null, unitAmount: '0.000006', flatAmount: '0', flatAtZero: false },
          ],
        },
      },
      { key: 'in', meterId: METER, meterCode: 'input_tokens', description: 'input_tokens' },
    ],
  });
});

test('a key and a meter stand once in each currency', () => {
  expect(rejected(perUnit, { ...perUnit, currency: 'EUR' })).toBe('accepted');
  expect(rejected(perUnit, { ...perUnit, key: 'twin' })).toBe('input.prices[1].meterId');
  expect(rejected(perUnit, { ...perUnit, meterId: OTHER })).toBe('input.prices[1].key');
});

test.each<[string, PriceDraft]>([
  ['input.prices[0].key', { ...fee, key: 'a b' }],
  ['input.prices[0].key', { ...fee, key: '' }],
  ['input.prices[0].currency', { ...fee, currency: 'euro' }],
  ['input.prices[0].description', { ...fee, description: 'x'.repeat(201) }],
  ['input.prices[0].meterId', { ...perUnit, meterId: 'mtr_1' }],
  ['input.prices[0].meterId', { ...fee, meterId: METER }],
  ['input.prices[0].meterId', { key: 'share', price: { percentage: { ratePercent: '1' } } }],
  ['input.prices[0].price', { ...fee, price: {} }],
  ['input.prices[0].price', { ...fee, price: { flat: { flatAmount: '1' }, dynamic: {} } }],
  ['input.prices[0].price.flat.flatAmount', { ...fee, price: { flat: { flatAmount: '-1' } } }],
  [
    'input.prices[0].price.includedUnits',
    { ...fee, price: { flat: { flatAmount: '1' }, includedUnits: '1' } },
  ],
  ['input.prices[0].price.perUnit.unitAmount', { ...perUnit, price: { perUnit: { unitAmount: '1e3' } } }],
  [
    'input.prices[0].price.volume.tiers[1].upTo',
    { ...perUnit, price: { volume: { tiers: [{ upTo: '5' }, { upTo: '5' }, {}] } } },
  ],
  [
    'input.prices[0].price.package.packageSize',
    { ...perUnit, price: { package: { packageSize: '0', packageAmount: '1' } } },
  ],
  [
    'input.prices[0].price.conversion.divideBy',
    { ...perUnit, price: { perUnit: { unitAmount: '1' }, conversion: { divideBy: '0', rounding: 'NONE' } } },
  ],
])('%s is named where it makes no sense', (field, draft) => {
  expect(rejected(draft)).toBe(field);
});

test('a version without prices, with more than 10,000, or with more than 5,000 in a currency, is rejected', () => {
  expect(rejected()).toBe('input.prices');
  const many = Array.from({ length: 5_001 }, (_, index) => ({ ...fee, key: `fee-${index}` }));
  expect(rejected(...many)).toBe('input.prices');
  expect(rejected(...many.slice(1))).toBe('accepted');
  const others = many.slice(1).map((one) => ({ ...one, currency: 'EUR' }));
  expect(rejected(...many.slice(1), ...others)).toBe('accepted');
  expect(rejected(...many.slice(1), ...others, { ...fee, currency: 'GBP' })).toBe('input.prices');
});

const of = (meterId: string, price: PriceDraft['price'], more: Partial<PriceDraft> = {}): PriceDraft => ({
  key: 'p',
  meterId,
  price,
  ...more,
});
const matrix = (...names: string[]) => ({
  matrix: { rows: [{ match: names.map((name) => ({ name, value: 'x' })), unitAmount: '1' }] },
});
const eu = [{ name: 'region', value: 'eu' }];

test.each<[string, PriceDraft]>([
  ['accepted', of(METER, { percentage: { ratePercent: '1.5' } })],
  ['accepted', of(METER, { dynamic: {} })],
  ['accepted', of(GROUPED, matrix('size', 'region'))],
  ['accepted', of(GROUPED, { perUnit: { unitAmount: '1' } }, { filter: eu })],
  ['input.prices[0].price.percentage', of(COUNTED, { percentage: { ratePercent: '1.5' } })],
  ['input.prices[0].price.dynamic', of(COUNTED, { dynamic: {} })],
  ['input.prices[0].price.matrix.rows[0].match', of(GROUPED, matrix('size', 'zone'))],
  ['input.prices[0].price.matrix.rows[0].match', of(METER, matrix('size'))],
  ['input.prices[0].filter', of(METER, { perUnit: { unitAmount: '1' } }, { filter: eu })],
  ['input.prices[0].filter', of(GROUPED, { perUnit: { unitAmount: '1' } }, { filter: [...eu, ...eu] })],
  ['input.prices[0].filter', { ...fee, filter: eu }],
  ['input.prices[0].meterId', { key: 'p', price: matrix('size') }],
])('what a meter gives decides which prices it takes: %s', (field, draft) => {
  expect(rejected(draft)).toBe(field);
});

test('a meter has one price in a currency, or several whose filters exclude each other', () => {
  const price = { perUnit: { unitAmount: '1' } };
  const one = of(GROUPED, price, { filter: eu });
  const us = of(GROUPED, price, { key: 'us', filter: [{ name: 'region', value: 'us' }] });
  const large = of(GROUPED, price, { key: 'xl', filter: [{ name: 'size', value: 'xl' }] });
  expect(rejected(one, us)).toBe('accepted');
  expect(rejected(one, us, large)).toBe('input.prices[2].meterId');
  expect(rejected(one, of(GROUPED, price, { key: 'all' }))).toBe('input.prices[1].meterId');
  expect(rejected(one, of(GROUPED, price, { key: 'all', currency: 'EUR' }))).toBe('accepted');
});

test('whatever text comes as an amount, it is rejected or kept exactly', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^-?[0-9]{1,20}(\.[0-9]{1,14})?$/),
    fc.stringMatching(/^[0-9]{1,6}(\.[0-9]{1,12})?$/),
  );
  fc.assert(
    fc.property(text, (unitAmount) => {
      const result = check({ ...perUnit, price: { perUnit: { unitAmount } } });
      if (!result.ok) return;
      const price = result.value[0]?.price;
      expect(price?.model === 'per_unit' && trimmed(price.unitAmount)).toBe(trimmed(unitAmount));
    }),
  );
});

/** The same number without the zeros that say nothing. */
const trimmed = (text: string): string => {
  const [whole = '', decimals = ''] = text.split('.');
  const [left, right] = [whole.replace(/^-?0+(?=\d)/, ''), decimals.replace(/0+$/, '')];
  return right === '' ? left.replace(/^-0$/, '0') : `${left}.${right}`;
};
