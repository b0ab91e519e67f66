import type { PriceFilter } from '@tollgate/kernel/price/filter';
import { COMMITMENT_WINDOWS, type Price as KernelPrice } from '@tollgate/kernel/price/model';
import { z } from 'zod';
import { currency, exactDecimal, id } from '../scalars.js';

/** Bounds of an amount, in major units. */
const limits = { minimumAmount: exactDecimal.nullable(), maximumAmount: exactDecimal.nullable() };

/** What happens to a quantity before it is priced. */
const units = {
  conversion: z
    .strictObject({
      multiplyBy: exactDecimal,
      divideBy: exactDecimal,
      rounding: z.enum(['none', 'half_away', 'ceil', 'floor']),
      decimals: z.int(),
    })
    .nullable(),
  includedUnits: exactDecimal,
};

/** Inclusive upper bound; null = without end (the last tier only). */
const bound = { upTo: exactDecimal.nullable(), flatAmount: exactDecimal, flatAtZero: z.boolean() };
const tier = z.strictObject({ ...bound, unitAmount: exactDecimal });
const percentTier = z.strictObject({ ...bound, ratePercent: exactDecimal });
const row = z.strictObject({ match: z.record(z.string(), z.string()), unitAmount: exactDecimal });

/** How a quantity, or events, become an amount in major units: the kernel's price, decimals as canonical text. */
export const kernelPrice: z.ZodType<KernelPrice> = z.discriminatedUnion('model', [
  z.strictObject({ model: z.literal('flat'), flatAmount: exactDecimal, ...limits }),
  z.strictObject({ model: z.literal('per_unit'), unitAmount: exactDecimal, ...limits, ...units }),
  z.strictObject({
    model: z.literal(['graduated', 'volume']),
    tiers: z.array(tier).min(1).max(50),
    ...limits,
    ...units,
  }),
  z.strictObject({
    model: z.literal('graduated_percentage'),
    tiers: z.array(percentTier).min(1).max(50),
    ...limits,
    ...units,
  }),
  z.strictObject({
    model: z.literal('package'),
    packageSize: exactDecimal,
    packageAmount: exactDecimal,
    packageRounding: z.enum(['ceil', 'floor']),
    ...limits,
    ...units,
  }),
  z.strictObject({
    model: z.literal('percentage'),
    ratePercent: exactDecimal,
    fixedPerEvent: exactDecimal,
    freeEvents: z.int().min(0).nullable(),
    freeAmount: exactDecimal.nullable(),
    minPerEvent: exactDecimal.nullable(),
    maxPerEvent: exactDecimal.nullable(),
    ...limits,
  }),
  z.strictObject({
    model: z.literal('matrix'),
    rows: z.array(row).max(10_000),
    defaultUnitAmount: exactDecimal.nullable(),
    ...limits,
  }),
  z.strictObject({ model: z.literal('dynamic'), multiplier: exactDecimal, ...limits }),
  z.strictObject({
    model: z.literal('commitment'),
    committedQuantity: exactDecimal,
    window: z.enum(COMMITMENT_WINDOWS),
    unitAmount: exactDecimal,
    overageFactor: exactDecimal,
    trueUp: z.boolean(),
    ...limits,
  }),
]);

/** Dimensions with a value each. */
const filter: z.ZodType<PriceFilter> = z
  .array(z.strictObject({ name: z.string(), value: z.string() }))
  .min(1);

/** A price of a plan version. */
export const price = z.strictObject({
  priceId: id('prc'),
  /** The tenant's own name for it, the same in every version. */
  key: z.string().min(1).max(100),
  currency,
  /** What is counted, billed in arrears; null = a fee, billed in advance on the subscription's quantity. */
  meterId: id('mtr').nullable(),
  meterCode: z.string().nullable(),
  /** Of the meter's usage, that whose dimensions have these values; absent where it is all of it. */
  filter: filter.optional(),
  description: z.string(),
  price: kernelPrice,
});

export type Price = z.infer<typeof price>;
