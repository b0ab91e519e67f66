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

function priceShape({ priceId, currency, description, meterId, model }: Price) {
  return {
    id: priceId,
    currency,
    description,
    kind: KIND[model.kind],
    meter: meterId === null ? null : { id: meterId },
    amount: model.kind === 'flat' ? model.amount : null,
    unitAmount: model.kind === 'per_unit' ? model.unitAmount : null,
    includedUnits: model.kind === 'flat' ? null : model.includedUnits,
    tiers: model.kind === 'graduated' ? model.tiers : null,
  };
}
