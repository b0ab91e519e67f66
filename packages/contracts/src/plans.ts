import { z } from 'zod';
import { defineEvent } from './event.js';
import { currency, date, decimal, id, instant, period, timeZone } from './scalars.js';

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

export const entitlement = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('boolean'), feature: z.string(), enabled: z.boolean() }),
  z.strictObject({
    kind: z.literal('limit'),
    feature: z.string(),
    meterId: id('mtr'),
    /** Units per period; null = unlimited. */
    limit: decimal.nullable(),
  }),
]);

/** Everything others need to serve and bill a subscription, so that nobody has to ask plans. */
export const subscriptionTerms = z.strictObject({
  subscriptionId: id('sub'),
  customerId: id('cus'),
  planId: id('pln'),
  planName: z.string(),
  planVersionId: id('plv'),
  currency,
  timeZone,
  /** Prices of the subscription's currency only. */
  prices: z.array(price).max(100),
  entitlements: z.array(entitlement).max(200),
});

/** A subscription started: its first period is open. */
export const subscriptionStarted = defineEvent(
  'plans',
  'subscription.started',
  1,
  z.strictObject({ terms: subscriptionTerms, startsOn: date, period }),
);

/** The next period of a subscription is open. */
export const subscriptionPeriodStarted = defineEvent(
  'plans',
  'subscription.period_started',
  1,
  z.strictObject({ terms: subscriptionTerms, period, index: z.int().min(0) }),
);

/** A subscription ended, at once or at the end of its period; `endsAt` is the first instant it does not cover. */
export const subscriptionEnded = defineEvent(
  'plans',
  'subscription.ended',
  1,
  z.strictObject({ subscriptionId: id('sub'), customerId: id('cus'), endsAt: instant }),
);

/** Up to this many subscriptions close in one message: one transaction of each consumer. */
export const PERIOD_BATCH_MAX = 500;

/** Periods that are over: step one of the close. `next` is the period whose fees are billed in advance, if there is one. */
export const subscriptionPeriodEnded = defineEvent(
  'plans',
  'subscription.period_ended',
  1,
  z.strictObject({
    closes: z
      .array(
        z.strictObject({ terms: subscriptionTerms, period, index: z.int().min(0), next: period.nullable() }),
      )
      .min(1)
      .max(PERIOD_BATCH_MAX),
  }),
);

export type Tier = z.infer<typeof tier>;
export type PriceModel = z.infer<typeof priceModel>;
export type Price = z.infer<typeof price>;
export type Entitlement = z.infer<typeof entitlement>;
export type SubscriptionTerms = z.infer<typeof subscriptionTerms>;
