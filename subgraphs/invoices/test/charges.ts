import fc from 'fast-check';
import { assert } from '@tollgate/kernel/assert';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { PerUnitPrice, QuantityPrice, TieredPrice } from '@tollgate/kernel/price/model';
import { instant, localDate, type Period } from '@tollgate/kernel/time/time';
import type {
  Basis,
  Charge,
  FeeCharge,
  LateCharge,
  LinePrice,
  UsageCharge,
} from '../src/invoice/domain/basis.js';
import { invoiceTax, countryRates } from '../src/tax/domain/invoice-tax.js';

/** Charges, prices and bases for tests, with everything that a test does not care about filled in. */
export const AT = instant('2024-02-01T00:00:00Z');
export const JANUARY: Period = { from: instant('2024-01-01T00:00:00Z'), to: AT };
export const USD = currencyOf('USD');

const NO_LIMITS = { minimumAmount: null, maximumAmount: null };
/** No conversion, no included units, no minimum and no maximum. */
export const PLAIN = { ...NO_LIMITS, conversion: null, includedUnits: decimal('0') };

/** A currency that is known. */
export function currencyOf(code: string): Currency {
  const currency = parseCurrency(code);
  assert(currency !== null, `${code} is a currency`);
  return currency;
}

/** A fixed amount. */
export const flat = (amount: string): LinePrice => ({
  model: 'flat',
  flatAmount: decimal(amount),
  ...NO_LIMITS,
});

/** The same amount for every unit. */
export const perUnit = (unitAmount: string, more: Partial<PerUnitPrice> = {}): PerUnitPrice => ({
  model: 'per_unit',
  unitAmount: decimal(unitAmount),
  ...PLAIN,
  ...more,
});

/** Each unit at the amount of its tier: `[upTo, unitAmount]`. */
export const graduated = (...tiers: readonly (readonly [string | null, string])[]): TieredPrice => ({
  model: 'graduated',
  tiers: tiers.map(([upTo, unitAmount]) => ({
    upTo: upTo === null ? null : decimal(upTo),
    unitAmount: decimal(unitAmount),
    flatAmount: decimal('0'),
    flatAtZero: false,
  })),
  ...PLAIN,
});

/** Usage of January. */
export function usageCharge(meterId: string, price: LinePrice, quantity: string): UsageCharge {
  return { ...head(meterId, price), kind: 'usage', meterId, meterCode: meterId, quantity: decimal(quantity) };
}

/** A fee of January. */
export function feeCharge(price: LinePrice, more: Partial<FeeCharge> = {}): FeeCharge {
  const quantity = decimal('1');
  return {
    ...head('fee', price),
    kind: 'fee',
    meterId: null,
    meterCode: null,
    quantity,
    part: null,
    ...more,
  };
}

/** Usage of January that came late. */
export function lateCharge(price: LinePrice, positions: LatePositions): LateCharge {
  const { billed, latest, refundableMinor } = positions;
  const billedQuantity = decimal(billed);
  const at = { meterId: 'late', meterCode: 'late', quantity: decimal(latest) };
  return { ...head('late', price), ...at, kind: 'late', billedQuantity, refundableMinor };
}

interface LatePositions {
  readonly billed: string;
  readonly latest: string;
  readonly refundableMinor: bigint;
}

/** Everything an invoice of a customer in Germany is computed from; a percent of null is a tenant without taxes. */
export function basisOf(charges: readonly Charge[], percent: string | null = '19'): Basis {
  const settings = countryRates('US', percent === null ? {} : { DE: decimal(percent) });
  const customer = { jurisdiction: 'DE', business: false, vatId: 'none', exempt: false } as const;
  return {
    rules: 2,
    origin: 'close',
    customerId: 'cus_1',
    customerRevision: 1,
    country: 'DE',
    subscriptionId: 'sub_1',
    planVersionId: 'plv_1',
    currency: USD,
    period: JANUARY,
    charges,
    tax: invoiceTax(settings, customer, localDate('2024-01-01')),
    settingsRevision: 1,
  };
}

function head(name: string, price: LinePrice) {
  return {
    lineId: `lin_${name}` as const,
    subscriptionId: 'sub_1',
    priceId: `prc_${name}`,
    key: name,
    description: name,
    price,
    period: JANUARY,
  };
}

const amounts = fc.integer({ min: 0, max: 10_000 }).map((n) => decimal((n / 1_000).toFixed(3)));
/** Quantities with up to three decimals. */
export const quantities = fc.integer({ min: 0, max: 5_000_000 }).map((n) => decimal((n / 1_000).toFixed(3)));
const limit = fc.option(amounts, { nil: null });
const conversion = fc.option(
  fc.record({
    multiplyBy: fc.constantFrom(decimal('1'), decimal('3')),
    divideBy: fc.constantFrom(decimal('1'), decimal('7'), decimal('1000')),
    rounding: fc.constantFrom('none', 'half_away', 'ceil', 'floor'),
    decimals: fc.integer({ min: -1, max: 2 }),
  }),
  { nil: null },
);
const common = fc.record({
  minimumAmount: limit,
  maximumAmount: limit,
  conversion,
  includedUnits: quantities,
});
const bounds = fc
  .uniqueArray(fc.integer({ min: 1, max: 4_000 }), { maxLength: 5 })
  .map((ends): (Decimal | null)[] => [...ends.sort((a, b) => a - b).map((end) => decimal(`${end}`)), null]);
const tierAmounts = fc.array(fc.tuple(amounts, amounts, fc.boolean()), { minLength: 6, maxLength: 6 });
const tiers = fc.tuple(bounds, tierAmounts).map(([ends, given]) =>
  ends.map((upTo, index) => {
    const [amount, flatAmount, flatAtZero] = given[index] ?? [decimal('0'), decimal('0'), false];
    return { upTo, unitAmount: amount, ratePercent: amount, flatAmount, flatAtZero };
  }),
);
const models = fc.oneof(
  fc.record({ model: fc.constant('per_unit' as const), unitAmount: amounts }),
  fc.record({ model: fc.constantFrom('graduated' as const, 'volume' as const), tiers }),
  fc.record({ model: fc.constant('graduated_percentage' as const), tiers }),
  fc.record({
    model: fc.constant('package' as const),
    packageSize: fc.integer({ min: 1, max: 50 }).map((size) => decimal(`${size}`)),
    packageAmount: amounts,
    packageRounding: fc.constantFrom('ceil' as const, 'floor' as const),
  }),
);

/** Prices of every model that prices a quantity, with conversion, included units, minimum and maximum. */
export const quantityPrices: fc.Arbitrary<QuantityPrice> = fc
  .tuple(models, common)
  .map(([model, fields]) => ({ ...fields, ...model }));
