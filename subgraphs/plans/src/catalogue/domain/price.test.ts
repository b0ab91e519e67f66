import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputReader } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import { readPrices, unavailableModel, type PriceDraft } from './price.js';

const METER = `mtr_${'0'.repeat(26)}`;
const OTHER = `mtr_${'1'.repeat(26)}`;
const meters = new Map([
  [METER, 'input_tokens'],
  [OTHER, 'output_tokens'],
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

test('models that no meter feeds yet are named as the API names them', () => {
  const result = check(fee, { key: 'cut', meterId: METER, price: { percentage: { ratePercent: '1.5' } } });
  expect(result.ok && unavailableModel(result.value)).toMatchObject({
    reason: 'PriceModelUnavailable',
    field: 'input.prices[1].price.percentage',
    model: 'percentage',
  });
  const quantities = check(fee, perUnit);
  expect(quantities.ok && unavailableModel(quantities.value)).toBeUndefined();
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
