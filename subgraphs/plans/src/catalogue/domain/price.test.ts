import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Id } from '@tollgate/kernel/id';
import { checkPrices, type PriceDraft } from './price.js';

const METER = `mtr_${'0'.repeat(26)}`;
const OTHER = `mtr_${'1'.repeat(26)}`;
const METERS = new Map([
  [METER, 'input_tokens'],
  [OTHER, 'output_tokens'],
]);
const ids = (count: number): Id<'prc'>[] =>
  Array.from({ length: count }, (_, index): Id<'prc'> => `prc_${String(index).padStart(26, '0')}`);
const check = (...drafts: PriceDraft[]) => checkPrices(drafts, METERS, ids(drafts.length));
const fault = (...drafts: PriceDraft[]) => {
  const result = check(...drafts);
  if (result.ok) return 'accepted';
  return result.rejection.reason === 'InvalidInput' ? result.rejection.field : result.rejection.reason;
};
const flat: PriceDraft = { currency: 'USD', kind: 'FLAT', amount: '20.00' };
const perUnit: PriceDraft = { currency: 'USD', kind: 'PER_UNIT', meterId: METER, unitAmount: '0.0000015' };
const graduated: PriceDraft = {
  currency: 'USD',
  kind: 'GRADUATED',
  meterId: OTHER,
  tiers: [
    { upTo: '20000', unitAmount: '0.00001' },
    { upTo: '200000', unitAmount: '0.000008', flatAmount: '1' },
    { unitAmount: '0.000006' },
  ],
};

const LIMITS = { minimumAmount: null, maximumAmount: null };
const PLAIN = { conversion: null, ...LIMITS };

test('a fee, a unit price with included units and a graduated price become models with canonical decimals', () => {
  const result = check(flat, { ...perUnit, includedUnits: '1000000' }, graduated);
  expect(result.ok && result.value.map(({ meterCode, price }) => [meterCode, price])).toEqual([
    [null, { model: 'flat', flatAmount: '20', ...LIMITS }],
    ['input_tokens', { model: 'per_unit', unitAmount: '0.0000015', includedUnits: '1000000', ...PLAIN }],
    [
      'output_tokens',
      {
        model: 'graduated',
        includedUnits: '0',
        ...PLAIN,
        tiers: [
          { upTo: '20000', unitAmount: '0.00001', flatAmount: '0', flatAtZero: false },
          { upTo: '200000', unitAmount: '0.000008', flatAmount: '1', flatAtZero: false },
          { upTo: null, unitAmount: '0.000006', flatAmount: '0', flatAtZero: false },
        ],
      },
    ],
  ]);
});

test('the same meter may be priced in several currencies, but once in each', () => {
  expect(fault(perUnit, { ...perUnit, currency: 'EUR' })).toBe('accepted');
  expect(fault(perUnit, { ...perUnit, unitAmount: '1' })).toBe('prices[1].meterId');
});

test.each<[string, PriceDraft]>([
  ['prices[0].currency', { ...flat, currency: 'XXX' }],
  ['prices[0].currency', { ...flat, currency: 'usd' }],
  ['prices[0].amount', { ...flat, amount: '-1' }],
  ['prices[0].amount', { ...flat, amount: '1e3' }],
  ['prices[0].amount', { ...flat, amount: null }],
  ['prices[0].amount', { ...flat, amount: '0.001' }],
  ['prices[0].amount', { ...flat, currency: 'JPY', amount: '0.5' }],
  ['prices[0].meterId', { ...flat, meterId: METER }],
  ['prices[0].unitAmount', { ...flat, unitAmount: '1' }],
  ['prices[0].meterId', { ...perUnit, meterId: null }],
  ['UnknownMeter', { ...perUnit, meterId: `mtr_${'9'.repeat(26)}` }],
  ['UnknownMeter', { ...perUnit, meterId: 'constructor' }],
  ['prices[0].unitAmount', { ...perUnit, unitAmount: '0.0000000000001' }],
  ['prices[0].amount', { ...perUnit, amount: '1' }],
  ['prices[0].includedUnits', { ...perUnit, includedUnits: '-5' }],
  ['prices[0].tiers', { ...graduated, tiers: [] }],
  ['prices[0].tiers', { ...graduated, tiers: null }],
  ['prices[0].tiers[0].upTo', { ...graduated, tiers: [{ upTo: '5', unitAmount: '1' }] }],
  ['prices[0].tiers[0].upTo', { ...graduated, tiers: [{ unitAmount: '1' }, { unitAmount: '1' }] }],
  ['prices[0].tiers[0].upTo', { ...graduated, tiers: [{ upTo: '0', unitAmount: '1' }, { unitAmount: '1' }] }],
  [
    'prices[0].tiers[1].upTo',
    {
      ...graduated,
      tiers: [{ upTo: '5', unitAmount: '1' }, { upTo: '5', unitAmount: '1' }, { unitAmount: '1' }],
    },
  ],
  ['prices[0].tiers[0].flatAmount', { ...graduated, tiers: [{ unitAmount: '1', flatAmount: 'x' }] }],
  ['prices[0].description', { ...flat, description: 'x'.repeat(201) }],
])('%s is named where it makes no sense', (field, draft) => {
  expect(fault(draft)).toBe(field);
});

test('a version without prices, or with more than 100, is refused', () => {
  expect(fault()).toBe('prices');
  expect(fault(...Array.from({ length: 101 }, () => flat))).toBe('prices');
});

test('whatever text comes as an amount, it is refused or kept exactly', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^-?[0-9]{1,20}(\.[0-9]{1,14})?$/),
    fc.stringMatching(/^[0-9]{1,6}(\.[0-9]{1,12})?$/),
  );
  fc.assert(
    fc.property(text, (unitAmount) => {
      const result = check({ ...perUnit, unitAmount });
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
