import { assert } from '@tollgate/kernel/assert';
import type { PlanVersion } from './domain/plan.js';
import type { Price } from './domain/price.js';
import type { SubscriptionRow } from '../subscription/store.js';

/** A version as the schema shows it. */
export function versionShape({ interval, prices, entitlements, ...version }: PlanVersion) {
  return {
    ...version,
    interval: interval.unit,
    intervalCount: interval.count,
    prices: prices.map(priceShape),
    entitlements: entitlements.map((entitlement) =>
      entitlement.kind === 'boolean'
        ? { feature: entitlement.feature, enabled: entitlement.enabled, meter: null, limit: null }
        : {
            feature: entitlement.feature,
            enabled: null,
            meter: { id: entitlement.meterId },
            limit: entitlement.limit,
          },
    ),
  };
}

/** A subscription as the schema shows it. */
export function subscriptionShape(row: SubscriptionRow) {
  return {
    id: row.id,
    status: row.status,
    currency: row.currency,
    timeZone: row.time_zone,
    startsOn: row.starts_on,
    currentPeriod:
      row.period_index === null || row.period_from === null || row.period_to === null
        ? null
        : { index: row.period_index, from: row.period_from, to: row.period_to },
    cancelAt: row.cancel_at,
    endedAt: row.ended_at,
  };
}

const KIND = { flat: 'FLAT', per_unit: 'PER_UNIT', graduated: 'GRADUATED' } as const;

function priceShape({ priceId, currency, description, meterId, price }: Price) {
  assert(
    price.model === 'flat' || price.model === 'per_unit' || price.model === 'graduated',
    'no other model can be put into a plan',
  );
  return {
    id: priceId,
    currency,
    description,
    kind: KIND[price.model],
    meter: meterId === null ? null : { id: meterId },
    amount: price.model === 'flat' ? price.flatAmount : null,
    unitAmount: price.model === 'per_unit' ? price.unitAmount : null,
    includedUnits: price.model === 'flat' ? null : price.includedUnits,
    tiers: price.model === 'graduated' ? price.tiers : null,
  };
}
