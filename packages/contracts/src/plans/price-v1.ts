import { priceOfV1 } from '@tollgate/kernel/price/price-v1';
import { z } from 'zod';
import { currency, decimal, id } from '../scalars.js';
import type { Price } from './price.js';

const tierV1 = z.strictObject({
  /** Inclusive upper bound in units; null = without end (the last tier only). */
  upTo: decimal.nullable(),
  unitAmount: decimal,
  flatAmount: decimal,
});

const priceModelV1 = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('flat'), amount: decimal }),
  z.strictObject({ kind: z.literal('per_unit'), unitAmount: decimal, includedUnits: decimal }),
  z.strictObject({
    kind: z.literal('graduated'),
    tiers: z.array(tierV1).min(1).max(50),
    includedUnits: decimal,
  }),
]);

/** A price as version 1 of the events knew it: three models of its own. */
export const priceV1 = z.strictObject({
  priceId: id('prc'),
  currency,
  /** Fees are billed in advance, usage in arrears. */
  charge: z.enum(['fee', 'usage']),
  /** Set for usage. */
  meterId: id('mtr').nullable(),
  meterCode: z.string().nullable(),
  description: z.string(),
  model: priceModelV1,
});

/** A price of version 1 in the present shape. It had no key: its id is one as well. */
export function upcastPrice({ charge: _charge, model, ...price }: z.infer<typeof priceV1>): Price {
  return { ...price, key: price.priceId, price: priceOfV1(model) };
}
