import { priceOfV1, type PriceV1 } from '@tollgate/kernel/price/price-v1';
import type { PlanPrice } from './price.js';
import type { PlanVersion } from './terms.js';

/** A price of a version as journals had it before prices were the kernel's. */
export interface PlanPriceV1 extends Omit<PlanPrice, 'key' | 'price'> {
  readonly charge: 'fee' | 'usage';
  readonly model: PriceV1;
}

/** A version as journals had it before it said thresholds. */
export type VersionV3 = Omit<PlanVersion, 'thresholds'>;

/** A version as journals had it before it said trial and minimums. */
export type VersionV2 = Omit<VersionV3, 'trialDays' | 'minimums'>;

/** A version as journals had it before it said alignment and grain. */
export interface VersionV1 extends Omit<VersionV2, 'interval' | 'alignment' | 'grain' | 'prices'> {
  readonly interval: { readonly unit: 'MONTH' | 'YEAR'; readonly count: number };
  readonly prices: readonly PlanPriceV1[];
}

/** A price as it is written now. It had no key: its id is one as well. */
export function presentPrice(price: PlanPrice | PlanPriceV1): PlanPrice {
  if ('price' in price) return price;
  const { charge: _charge, model, ...rest } = price;
  return { ...rest, key: price.priceId, price: priceOfV1(model) };
}

/** A version as it is written now. */
export function presentVersion(version: PlanVersion | VersionV3 | VersionV2 | VersionV1): PlanVersion {
  if ('thresholds' in version) return version;
  if ('trialDays' in version) return { ...version, thresholds: [] };
  return { ...presentCalendar(version), trialDays: 0, minimums: [], thresholds: [] };
}

function presentCalendar(version: VersionV2 | VersionV1): VersionV2 {
  if ('alignment' in version) return version;
  const { interval, prices, ...rest } = version;
  return {
    ...rest,
    interval: { unit: interval.unit === 'MONTH' ? 'month' : 'year', count: interval.count },
    alignment: 'anniversary',
    grain: 'day',
    prices: prices.map(presentPrice),
  };
}
