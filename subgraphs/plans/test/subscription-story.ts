import { ONE_DECIMAL, ZERO_DECIMAL } from '@tollgate/kernel/number/decimal';
import { instant, localDate, timeZone } from '@tollgate/kernel/time/time';
import type { PlanPrice } from '../src/catalogue/domain/price.js';
import type { PlanVersion } from '../src/catalogue/domain/terms.js';
import type { CreateSubscription } from '../src/subscription/domain/start.js';
import { fold, type SubscriptionEvent, type SubscriptionState } from '../src/subscription/domain/state.js';
import { subscriptionDecider, type SubscriptionCommand } from '../src/subscription/domain/subscription.js';

export const { decide } = subscriptionDecider;
export const NUL = '0'.repeat(26);
export const SUB = `sub_${NUL}` as const;
export const OTHER = `sub_${'1'.repeat(26)}`;
export const METER = `mtr_${NUL}` as const;
export const usagePrice: PlanPrice = {
  priceId: `prc_${NUL}`,
  key: 'tokens',
  currency: 'USD',
  meterId: METER,
  meterCode: 'tokens',
  description: 'tokens',
  price: {
    model: 'per_unit',
    unitAmount: ONE_DECIMAL,
    includedUnits: ZERO_DECIMAL,
    conversion: null,
    minimumAmount: null,
    maximumAmount: null,
  },
};
export const version: PlanVersion = {
  id: `plv_${NUL}`,
  planId: `pln_${NUL}`,
  number: 1,
  interval: { unit: 'month', count: 1 },
  alignment: 'anniversary',
  grain: 'day',
  trialDays: 0,
  minimums: [],
  thresholds: [],
  prices: [usagePrice, { ...usagePrice, currency: 'EUR' }],
  entitlements: [],
  publishedAt: instant('2023-01-01T00:00:00Z'),
};
export const creation = (changes: Partial<CreateSubscription> = {}): CreateSubscription => ({
  type: 'CreateSubscription',
  subscriptionId: SUB,
  customer: { id: `cus_${NUL}`, timeZone: timeZone('UTC'), currency: 'USD' },
  version,
  labels: {},
  isTaken: false,
  currency: null,
  quantity: '1',
  startsOn: null,
  trialDays: null,
  anchorDay: null,
  overrides: [],
  phases: [],
  onPayment: false,
  neighbours: [],
  now: instant('2024-01-31T12:00:00Z'),
  ...changes,
});

export const played = (
  ...commands: SubscriptionCommand[]
): { state: SubscriptionState; events: SubscriptionEvent[] } => {
  const events: SubscriptionEvent[] = [];
  for (const command of commands) {
    const decision = decide(command, fold(events));
    if (!decision.ok) throw new Error(decision.rejection.reason);
    events.push(...decision.events);
  }
  return { state: fold(events), events };
};
export const close = (index: number): SubscriptionCommand => ({ type: 'ClosePeriod', index });

/** A subscription as a journal has it that was written before bills. */
export const earlier: { readonly creation: SubscriptionEvent; readonly periods: SubscriptionEvent[] } = {
  creation: {
    type: 'SubscriptionCreated',
    code: 'crm-1',
    startsOn: localDate('2024-01-31'),
    terms: {
      subscriptionId: SUB,
      customerId: `cus_${NUL}`,
      planId: version.planId,
      planCode: 'llm',
      planName: 'LLM API',
      planVersionId: version.id,
      versionNumber: 1,
      currency: 'USD',
      timeZone: timeZone('UTC'),
      quantity: ONE_DECIMAL,
      interval: version.interval,
      alignment: 'anniversary',
      grain: 'day',
      prices: [usagePrice],
      entitlements: [],
    },
  },
  periods: [
    {
      type: 'SubscriptionStarted',
      period: { from: instant('2024-01-31T00:00:00Z'), to: instant('2024-02-29T00:00:00Z') },
    },
    {
      type: 'PeriodClosed',
      index: 0,
      period: { from: instant('2024-01-31T00:00:00Z'), to: instant('2024-02-29T00:00:00Z') },
      next: { from: instant('2024-02-29T00:00:00Z'), to: instant('2024-03-31T00:00:00Z') },
    },
    {
      type: 'PeriodStarted',
      index: 1,
      period: { from: instant('2024-02-29T00:00:00Z'), to: instant('2024-03-31T00:00:00Z') },
    },
  ],
};
