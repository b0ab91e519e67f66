import { decimal } from '../number/decimal.js';
import type { FlatPrice, PerUnitPrice, TieredPrice } from './model.js';

/** How version 1 of the events, and journals of its time, wrote a price: three models of their own. */
export type PriceV1 =
  | { readonly kind: 'flat'; readonly amount: string }
  | { readonly kind: 'per_unit'; readonly unitAmount: string; readonly includedUnits: string }
  | { readonly kind: 'graduated'; readonly tiers: readonly TierV1[]; readonly includedUnits: string };

interface TierV1 {
  readonly upTo: string | null;
  readonly unitAmount: string;
  readonly flatAmount: string;
}

const LIMITS = { minimumAmount: null, maximumAmount: null };
const PLAIN = { conversion: null, ...LIMITS };

/** The same price as it is written now. */
export function priceOfV1(model: PriceV1): FlatPrice | PerUnitPrice | TieredPrice {
  switch (model.kind) {
    case 'flat':
      return { model: 'flat', flatAmount: decimal(model.amount), ...LIMITS };
    case 'per_unit': {
      const { unitAmount, includedUnits } = model;
      const units = { unitAmount: decimal(unitAmount), includedUnits: decimal(includedUnits) };
      return { model: 'per_unit', ...units, ...PLAIN };
    }
    case 'graduated': {
      const tiers = model.tiers.map(({ upTo, unitAmount, flatAmount }) => ({
        upTo: upTo === null ? null : decimal(upTo),
        unitAmount: decimal(unitAmount),
        flatAmount: decimal(flatAmount),
        flatAtZero: false,
      }));
      return { model: 'graduated', tiers, includedUnits: decimal(model.includedUnits), ...PLAIN };
    }
  }
}
