import { z } from 'zod';
import { currency, decimal, id } from '../scalars.js';

export const tier = z.strictObject({
  /** Inclusive upper bound in units; null = without end (the last tier only). */
  upTo: decimal.nullable(),
  unitAmount: decimal,
  flatAmount: decimal,
});

/** How a price turns a quantity into an amount. Amounts are decimals in major units of the price's currency. */
export const priceModel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('flat'), amount: decimal }),
  z.strictObject({ kind: z.literal('per_unit'), unitAmount: decimal, includedUnits: decimal }),
  z.strictObject({
    kind: z.literal('graduated'),
    tiers: z.array(tier).min(1).max(50),
    includedUnits: decimal,
  }),
]);

export const price = z.strictObject({
  priceId: id('prc'),
  currency,
  /** Fees are billed in advance, usage in arrears. */
  charge: z.enum(['fee', 'usage']),
  /** Set for usage. */
  meterId: id('mtr').nullable(),
  meterCode: z.string().nullable(),
  description: z.string(),
  model: priceModel,
});

export type Tier = z.infer<typeof tier>;
export type PriceModel = z.infer<typeof priceModel>;
export type Price = z.infer<typeof price>;
