import { priceView } from '@tollgate/kernel/price/price-view';
import type { BillingAlignment, BillingInterval, ProrationGrain } from '../generated/graphql.js';
import type { PlanPrice } from './domain/price.js';
import type { Entitlement } from './domain/entitlement.js';
import type { Calendar, Interval, PlanVersion } from './domain/terms.js';

export const UNIT = {
  DAY: 'day',
  WEEK: 'week',
  MONTH: 'month',
  YEAR: 'year',
} as const satisfies Readonly<Record<BillingInterval, Interval['unit']>>;

export const ALIGNMENT = {
  ANNIVERSARY: 'anniversary',
  CALENDAR: 'calendar',
} as const satisfies Readonly<Record<BillingAlignment, Calendar['alignment']>>;

export const GRAIN = {
  DAY: 'day',
  SECOND: 'second',
  THIRTY_DAY: 'thirty_day',
} as const satisfies Readonly<Record<ProrationGrain, Calendar['grain']>>;

const UNIT_VIEW = { day: 'DAY', week: 'WEEK', month: 'MONTH', year: 'YEAR' } as const;
const ALIGNMENT_VIEW = { anniversary: 'ANNIVERSARY', calendar: 'CALENDAR' } as const;
const GRAIN_VIEW = { day: 'DAY', second: 'SECOND', thirty_day: 'THIRTY_DAY' } as const;

/** A version as the schema shows it. */
export function versionView({ id, number, publishedAt, ...terms }: PlanVersion) {
  return {
    id,
    number,
    publishedAt,
    interval: UNIT_VIEW[terms.interval.unit],
    intervalCount: terms.interval.count,
    alignment: ALIGNMENT_VIEW[terms.alignment],
    grain: GRAIN_VIEW[terms.grain],
    prices: terms.prices.map(planPriceView),
    entitlements: terms.entitlements.map(entitlementView),
  };
}

function planPriceView({ priceId, key, currency, description, meterId, price }: PlanPrice) {
  const meter = meterId === null ? null : { id: meterId };
  return { id: priceId, key, currency, description, meter, price: priceView(price) };
}

function entitlementView(entitlement: Entitlement) {
  const { feature } = entitlement;
  if (entitlement.kind === 'boolean')
    return { feature, enabled: entitlement.enabled, meter: null, limit: null };
  return { feature, enabled: null, meter: { id: entitlement.meterId }, limit: entitlement.limit };
}
