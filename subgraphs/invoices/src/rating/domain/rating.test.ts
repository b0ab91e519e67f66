import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { decimal, fromRational, toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import { roundToMoney } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import { price, rate, type PriceModel } from './rating.js';

interface GoldenPrice {
  readonly model: string;
  readonly flatAmount?: string;
  readonly unitAmount?: string;
  readonly includedUnits?: string;
  readonly tiers?: readonly {
    upTo: string | null;
    unitAmount?: string;
    flatAmount?: string;
    flatAtZero?: boolean;
  }[];
}
interface GoldenCase {
  readonly id: string;
  readonly title: string;
  readonly currency: string;
  readonly input: { price: GoldenPrice; quantity?: string; alreadyBilledQuantity?: string };
  readonly expected: {
    amount: string;
    amountMinor: string;
    tiers?: readonly { tier: number; quantity: string; usage: string; flat: string }[];
  };
}

const FIELDS = ['model', 'flatAmount', 'unitAmount', 'includedUnits', 'tiers'];
const MODELS = ['flat', 'per_unit', 'graduated'];
const cases = JSON.parse(
  readFileSync(new URL('../../../../../test/golden/cases/price.json', import.meta.url), 'utf8'),
) as readonly GoldenCase[];
/** Cases of what prices can say today: no conversion, minimum, maximum, flat at zero, or amounts billed elsewhere. */
const covered = cases.filter(
  ({ input, expected }) =>
    MODELS.includes(input.price.model) &&
    Object.keys(input.price).every((field) => FIELDS.includes(field)) &&
    !('alreadyBilledAmount' in input) &&
    !('error' in expected) &&
    !(input.price.tiers ?? []).some((tier) => tier.flatAtZero),
);

describe('golden price', () => {
  test('covers flat, per-unit and graduated prices', () => {
    expect(new Set(covered.map(({ input }) => input.price.model))).toEqual(new Set(MODELS));
    expect(covered.length).toBeGreaterThanOrEqual(38);
  });

  test.each(covered.map((one) => [one.id, one.title, one] as const))('%s: %s', (_id, _title, golden) => {
    const { input, expected } = golden;
    const position = {
      quantity: decimal(input.quantity ?? '0'),
      billed: input.alreadyBilledQuantity === undefined ? null : decimal(input.alreadyBilledQuantity),
    };
    const rated = rate(modelOf(input.price), position, currencyOf(golden.currency));
    expect(rated.amount.minor.toString()).toBe(expected.amountMinor);
    expect(fromRational(rated.exact)).toBe(decimal(expected.amount));
    if (expected.tiers === undefined) return;
    const tiers = rated.tiers.map(({ tier, quantity, usage, flat }) => ({
      tier,
      quantity: fromRational(quantity),
      usage: fromRational(usage),
      flat: fromRational(flat),
    }));
    expect(tiers).toEqual(
      expected.tiers.map(({ tier, quantity, usage, flat }) => ({
        tier,
        quantity: decimal(quantity),
        usage: decimal(usage),
        flat: decimal(flat),
      })),
    );
  });
});

const USD = currencyOf('USD');
const units = fc.integer({ min: 0, max: 5_000_000 }).map((n) => decimal((n / 1_000).toFixed(3)));
const amounts = fc.integer({ min: 0, max: 10_000 }).map((n) => decimal((n / 1_000_000).toFixed(6)));
const flatless = (upTo: Decimal | null, unitAmount: Decimal) => ({
  upTo,
  unitAmount,
  flatAmount: decimal('0'),
});
const graduated = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 6 }),
    fc.array(amounts, { minLength: 7, maxLength: 7 }),
    units,
  )
  .map(([bounds, prices, includedUnits]): PriceModel => {
    const ends = [...bounds].sort((a, b) => a - b).map((bound) => decimal(String(bound)));
    const tiers = [...ends, null].map((upTo, index) => flatless(upTo, prices[index] ?? decimal('0')));
    return { kind: 'graduated', tiers, includedUnits };
  });
const perUnit = fc
  .record({ unitAmount: amounts, includedUnits: units })
  .map((fields): PriceModel => ({ kind: 'per_unit', ...fields }));
const models = fc.oneof(graduated, perUnit);

test('lines on cumulative positions sum to the price of the whole, however it is cut', () => {
  fc.assert(
    fc.property(models, fc.array(units, { minLength: 1, maxLength: 8 }), (model, positions) => {
      let billed: Decimal | null = null;
      let sumMinor = 0n;
      for (const quantity of positions) {
        sumMinor += rate(model, { quantity, billed }, USD).amount.minor;
        billed = quantity;
      }
      expect(sumMinor).toBe(roundToMoney(price(model, billed ?? decimal('0')).amount, USD).minor);
    }),
  );
});

test('the tiers of a graduated price sum to its amount and hold every chargeable unit', () => {
  fc.assert(
    fc.property(graduated, units, (model, quantity) => {
      const { amount, tiers, included } = price(model, quantity);
      expect(rational.compare(rational.sum(tiers.map((tier) => tier.usage)), amount)).toBe(0);
      const held = rational.sum([included, ...tiers.map((tier) => tier.quantity)]);
      expect(rational.compare(held, toRational(quantity))).toBe(0);
    }),
  );
});

test('a graduated price never falls when usage grows, and does not jump at a bound', () => {
  const STEP = decimal('0.000001');
  const DEAREST = decimal('0.01');
  fc.assert(
    fc.property(graduated, units, (model, quantity) => {
      const more = fromRational(rational.add(toRational(quantity), toRational(STEP)));
      const rise = rational.sub(price(model, more).amount, price(model, quantity).amount);
      expect(rational.isNegative(rise)).toBe(false);
      const most = rational.mul(toRational(STEP), toRational(DEAREST));
      expect(rational.compare(rise, most)).toBeLessThanOrEqual(0);
    }),
  );
});

test('a million tokens are included and the rest costs 1.50 a million', () => {
  const model: PriceModel = {
    kind: 'per_unit',
    unitAmount: decimal('0.0000015'),
    includedUnits: decimal('1000000'),
  };
  const rated = rate(model, { quantity: decimal('4500000'), billed: null }, USD);
  expect(rated.amount.minor).toBe(525n);
  expect(fromRational(rated.included)).toBe('1000000');
});

test('output tokens fall into three tiers', () => {
  const tiers = [
    flatless(decimal('20000'), decimal('0.00001')),
    flatless(decimal('200000'), decimal('0.000008')),
    flatless(null, decimal('0.000006')),
  ];
  const model: PriceModel = { kind: 'graduated', tiers, includedUnits: decimal('0') };
  const rated = rate(model, { quantity: decimal('300000'), billed: null }, USD);
  expect(rated.tiers.map((tier) => fromRational(tier.usage))).toEqual(['0.2', '1.44', '0.6']);
  expect(rated.amount.minor).toBe(224n);
});

function currencyOf(code: string): Currency {
  const currency = parseCurrency(code);
  if (currency === null) throw new Error(`no currency: ${code}`);
  return currency;
}

function modelOf(given: GoldenPrice): PriceModel {
  const includedUnits = decimal(given.includedUnits ?? '0');
  if (given.model === 'flat') return { kind: 'flat', amount: decimal(given.flatAmount ?? '0') };
  if (given.model === 'per_unit') {
    return { kind: 'per_unit', unitAmount: decimal(given.unitAmount ?? '0'), includedUnits };
  }
  const tiers = (given.tiers ?? []).map(({ upTo, unitAmount, flatAmount }) => ({
    upTo: upTo === null ? null : decimal(upTo),
    unitAmount: decimal(unitAmount ?? '0'),
    flatAmount: decimal(flatAmount ?? '0'),
  }));
  return { kind: 'graduated', tiers, includedUnits };
}
