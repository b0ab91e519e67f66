import { decimal as canonical } from '@tollgate/kernel/number/decimal';
import type { Price as KernelPrice } from '@tollgate/kernel/price/model';
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

const PLAIN = { conversion: null, minimumAmount: null, maximumAmount: null };

/** A price of version 1 in the present shape. It had no key: its id is one as well. */
export function upcastPrice({ charge: _charge, model, ...price }: z.infer<typeof priceV1>): Price {
  return { ...price, key: price.priceId, price: kernelPriceOf(model) };
}

function kernelPriceOf(model: z.infer<typeof priceModelV1>): KernelPrice {
  switch (model.kind) {
    case 'flat':
      return {
        model: 'flat',
        flatAmount: canonical(model.amount),
        minimumAmount: null,
        maximumAmount: null,
      };
    case 'per_unit':
      return {
        model: 'per_unit',
        unitAmount: canonical(model.unitAmount),
        includedUnits: canonical(model.includedUnits),
        ...PLAIN,
      };
    case 'graduated': {
      const tiers = model.tiers.map(({ upTo, unitAmount, flatAmount }) => ({
        upTo: upTo === null ? null : canonical(upTo),
        unitAmount: canonical(unitAmount),
        flatAmount: canonical(flatAmount),
        flatAtZero: false,
      }));
      return { model: 'graduated', tiers, includedUnits: canonical(model.includedUnits), ...PLAIN };
    }
  }
}
