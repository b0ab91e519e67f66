import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCurrency, type Currency } from '../money/currency.js';
import { decimal, toRational, type Decimal } from '../number/decimal.js';
import { compare, isNegative, mul, rational, sub, sum, type Rational } from '../number/rational.js';
import type {
  GraduatedPercentagePrice,
  PackagePrice,
  PerUnitPrice,
  PriceTier,
  QuantityPrice,
  TieredPrice,
} from '../price/model.js';
import { priceRater } from './quantity.js';
import { ratePrice, type Rated } from './rate.js';
import { reduced } from './ratio.js';

const USD = parseCurrency('USD') as Currency;
const ZERO = decimal('0');
const NO_LIMITS = { minimumAmount: null, maximumAmount: null };

/** Thousandths, so that naive integers can follow. */
const milli = (n: bigint | number): Decimal => decimal(fixed(BigInt(n), 3));
const micro = (n: bigint | number): Decimal => decimal(fixed(BigInt(n), 6));
const quantities = fc.bigInt({ min: 0n, max: 5_000_000n });
const amounts = fc.bigInt({ min: 0n, max: 50_000_000n });

interface Drawn {
  readonly boundsMilli: readonly bigint[];
  readonly unitsMicro: readonly bigint[];
  readonly flatsMicro: readonly bigint[];
}
const drawn = fc
  .tuple(
    fc.uniqueArray(fc.bigInt({ min: 1n, max: 4_000_000n }), { maxLength: 6 }),
    fc.array(amounts, { minLength: 7, maxLength: 7 }),
    fc.array(amounts, { minLength: 7, maxLength: 7 }),
  )
  .map(([bounds, unitsMicro, flatsMicro]): Drawn => ({
    boundsMilli: [...bounds].sort((a, b) => (a < b ? -1 : 1)),
    unitsMicro,
    flatsMicro,
  }));

const tiersOf = ({ boundsMilli, unitsMicro, flatsMicro }: Drawn): PriceTier[] =>
  [...boundsMilli, null].map((upTo, index) => ({
    upTo: upTo === null ? null : milli(upTo),
    unitAmount: micro(unitsMicro[index] ?? 0n),
    flatAmount: micro(flatsMicro[index] ?? 0n),
    flatAtZero: false,
  }));
const tiered = (model: TieredPrice['model'], given: Drawn): TieredPrice => ({
  model,
  tiers: tiersOf(given),
  conversion: null,
  includedUnits: ZERO,
  ...NO_LIMITS,
});
const flatless = (given: Drawn): Drawn => ({ ...given, flatsMicro: [] });

const conversions = fc.option(
  fc.record({
    multiplyBy: fc.integer({ min: 1, max: 50 }).map((n) => decimal(String(n))),
    divideBy: fc.integer({ min: 1, max: 50 }).map((n) => decimal(String(n))),
    rounding: fc.constantFrom('none', 'half_away', 'ceil', 'floor'),
    decimals: fc.integer({ min: -2, max: 4 }),
  }),
);
const limits = {
  minimumAmount: fc.option(amounts.map(micro)),
  maximumAmount: fc.option(amounts.map(micro)),
};
const units = { conversion: conversions, includedUnits: quantities.map(milli) };
const graduated = fc.record({
  ...units,
  ...limits,
  model: fc.constant('graduated'),
  tiers: drawn.map(tiersOf),
});
const percent = drawn.map((given) =>
  tiersOf(given).map(({ unitAmount, ...rest }) => ({ ...rest, ratePercent: unitAmount })),
);
const graduatedPercentage: fc.Arbitrary<GraduatedPercentagePrice> = fc.record({
  ...units,
  ...limits,
  model: fc.constant('graduated_percentage'),
  tiers: percent,
});
const volume = fc.record({ ...units, ...limits, model: fc.constant('volume'), tiers: drawn.map(tiersOf) });
const perUnit: fc.Arbitrary<PerUnitPrice> = fc.record({
  ...units,
  ...limits,
  model: fc.constant('per_unit'),
  unitAmount: amounts.map(micro),
});
const packages: fc.Arbitrary<PackagePrice> = fc.record({
  ...units,
  ...limits,
  model: fc.constant('package'),
  packageSize: fc.bigInt({ min: 1n, max: 900_000n }).map(milli),
  packageAmount: amounts.map(micro),
  packageRounding: fc.constantFrom('ceil', 'floor'),
});
const models: fc.Arbitrary<QuantityPrice> = fc.oneof(
  graduated as fc.Arbitrary<TieredPrice>,
  volume as fc.Arbitrary<TieredPrice>,
  graduatedPercentage,
  perUnit,
  packages,
);

test('a line and the line for the rest sum to the price of the whole, in every model', () => {
  fc.assert(
    fc.property(models, fc.array(quantities, { minLength: 1, maxLength: 6 }), (price, positions) => {
      let billed: Decimal | null = null;
      let [exact, minor] = [[] as Rational[], 0n];
      for (const [index, position] of positions.entries()) {
        const final = index === positions.length - 1;
        const line = rated(price, { quantity: milli(position), billed, final });
        exact = [...exact, line.exact];
        minor += line.minor;
        billed = milli(position);
      }
      const whole = rated(price, { quantity: billed ?? ZERO, billed: null, final: true });
      expect(compare(sum(exact), whole.exact)).toBe(0);
      expect(minor).toBe(whole.minor);
    }),
  );
});

test('the parts of the breakdown sum to the whole and hold every chargeable unit', () => {
  const price = fc.oneof(graduated as fc.Arbitrary<TieredPrice>, graduatedPercentage);
  fc.assert(
    fc.property(price, quantities, (limited, position) => {
      const unlimited = { ...limited, conversion: null, ...NO_LIMITS };
      const rater = priceRater(unlimited);
      const { amount, tiers: parts, included } = rater.position(milli(position));
      const whole = sum(parts.flatMap(({ usage, flat }) => [usage, flat]));
      expect(compare(whole, amount)).toBe(0);
      const held = sum([included, ...parts.map(({ quantity }) => quantity)]);
      expect(compare(held, toRational(milli(position)))).toBe(0);
    }),
  );
});

test('a graduated price without flat amounts never falls and does not jump at a bound', () => {
  fc.assert(
    fc.property(drawn, quantities, (given, position) => {
      const rater = priceRater(tiered('graduated', flatless(given)));
      const rise = sub(reduced(rater.amount(milli(position + 1n))), reduced(rater.amount(milli(position))));
      const dearest = mul(rational(1n, 1_000n), toRational(micro(50_000_000n)));
      expect(isNegative(rise)).toBe(false);
      expect(compare(rise, dearest)).toBeLessThanOrEqual(0);
    }),
  );
});

test('the maximum caps every line, the minimum lifts the final one only, and the minimum wins', () => {
  fc.assert(
    fc.property(models, quantities, (price, position) => {
      const quantity = milli(position);
      const open = rated(price, { quantity, billed: null, final: false }).exact;
      const final = rated(price, { quantity, billed: null, final: true }).exact;
      const bare = rated({ ...price, ...NO_LIMITS }, { quantity, billed: null, final: true }).exact;
      const most = price.maximumAmount === null ? bare : toRational(price.maximumAmount);
      expect(compare(open, compare(bare, most) < 0 ? bare : most)).toBe(0);
      const least = price.minimumAmount === null ? open : toRational(price.minimumAmount);
      expect(compare(final, compare(open, least) > 0 ? open : least)).toBe(0);
    }),
  );
});

test('tiers come to what plain integers of billionths say, graduated and by volume', () => {
  fc.assert(
    fc.property(drawn, fc.bigInt({ min: -1_000n, max: 5_000_000n }), (given, position) => {
      const [each, all] = naive(given, position < 0n ? 0n : position);
      const amountOf = (model: TieredPrice['model']) =>
        priceRater(tiered(model, given)).amount(milli(position));
      expect(compare(amountOf('graduated'), rational(each, BILLION))).toBe(0);
      expect(compare(amountOf('volume'), rational(all, BILLION))).toBe(0);
    }),
  );
});

test('thirds that cancel reach the exact half cent, which goes away from zero', () => {
  const conversion = {
    multiplyBy: decimal('1'),
    divideBy: decimal('3'),
    rounding: 'none',
    decimals: 0,
  } as const;
  const price: PerUnitPrice = {
    model: 'per_unit',
    unitAmount: decimal('0.015'),
    conversion,
    includedUnits: ZERO,
    ...NO_LIMITS,
  };
  expect(rated(price, { quantity: decimal('1'), billed: null, final: true }).minor).toBe(1n);
  expect(rated(price, { quantity: decimal('7'), billed: null, final: true }).minor).toBe(4n);
  expect(rated(price, { quantity: decimal('7'), billed: decimal('1'), final: true }).minor).toBe(3n);
});

const BILLION = 1_000_000_000n;

/** The graduated and the volume price in billionths, by walking the tiers the long way. */
function naive({ boundsMilli, unitsMicro, flatsMicro }: Drawn, position: bigint): readonly [bigint, bigint] {
  let [graduatedSum, volumeSum, from] = [0n, 0n, 0n];
  let found = false;
  for (let index = 0; index <= boundsMilli.length; index += 1) {
    const bound = boundsMilli[index] ?? position;
    const unit = unitsMicro[index] ?? 0n;
    const flat = (flatsMicro[index] ?? 0n) * 1_000n;
    const to = bound < position ? bound : position;
    if (to > from) graduatedSum += (to - from) * unit + flat;
    if (!found && position <= bound) {
      found = true;
      volumeSum = position * unit + (position > 0n ? flat : 0n);
    }
    if (to > from) from = to;
  }
  return [graduatedSum, volumeSum];
}

function rated(
  price: QuantityPrice,
  { quantity, billed, final }: { quantity: Decimal; billed: Decimal | null; final: boolean },
): Rated {
  const line = ratePrice(
    { price, quantity, alreadyBilledQuantity: billed, alreadyBilledAmount: null, final },
    USD,
  );
  if ('reason' in line) throw new Error(line.message);
  return line;
}

function fixed(units: bigint, decimals: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`;
}
