import { priceView } from '@tollgate/kernel/price/price-view';
import type { BillingAlignment, BillingInterval, ProrationGrain } from '../generated/graphql.js';
import type { PlanPrice } from './domain/price.js';
import type { Entitlement } from './domain/entitlement.js';
import type { Calendar, Interval } from './domain/terms.js';
import type { DraftRow } from './store/draft.js';
import type { VersionHead } from './store/version.js';

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

/** A version as the schema shows it; what it costs and allows is read apart. */
export function versionView({ id, number, publishedAt, trialDays, priceCount, ...calendar }: VersionHead) {
  return {
    id,
    number,
    publishedAt,
    trialDays,
    priceCount,
    interval: UNIT_VIEW[calendar.interval.unit],
    intervalCount: calendar.interval.count,
    alignment: ALIGNMENT_VIEW[calendar.alignment],
    grain: GRAIN_VIEW[calendar.grain],
  };
}

/** A price of a version as the schema shows it. */
export function planPriceView({ priceId, key, currency, description, meterId, filter, price }: PlanPrice) {
  const meter = meterId === null ? null : { id: meterId };
  return { id: priceId, key, currency, description, meter, filter: filter ?? [], price: priceView(price) };
}

/** What a version allows as the schema shows it. */
export function entitlementView(entitlement: Entitlement) {
  const { feature } = entitlement;
  if (entitlement.kind === 'boolean')
    return { feature, enabled: entitlement.enabled, meter: null, limit: null };
  return { feature, enabled: null, meter: { id: entitlement.meterId }, limit: entitlement.limit };
}

/** A draft as the schema shows it; its prices, and what it refers to, are read apart. */
export function draftView(draft: DraftRow) {
  const {
    planId: _plan,
    basedOn: _base,
    versionId: _version,
    alignment,
    grain,
    entitlements,
    ...row
  } = draft;
  return {
    ...row,
    alignment: ALIGNMENT_VIEW[alignment],
    grain: GRAIN_VIEW[grain],
    entitlements: entitlements.map(entitlementView),
  };
}
