import type { AnyCommand } from './command.js';
import type { PlanPrice } from './price.js';

/** A usage meter. */
export interface MeterCommand extends AnyCommand {
  readonly do: 'meter';
  readonly name: string;
  readonly type: 'count' | 'sum' | 'max' | 'min' | 'unique_count' | 'latest' | 'weighted_sum' | 'average';
  readonly property?: string;
  readonly filters?: readonly { property: string; in?: readonly string[]; notIn?: readonly string[] }[];
  readonly groupBy?: readonly string[];
  readonly window?: 'hour' | 'day';
  readonly windowCombine?: 'sum' | 'max';
  readonly rounding?: { readonly mode: 'half_away' | 'ceil' | 'floor'; readonly decimals: number };
  readonly eventType?: string;
}

/** An on/off feature, or one with the usage of a meter. */
export interface Entitlement {
  readonly feature: string;
  readonly enabled?: boolean;
  readonly meter?: string;
  readonly limit?: string;
}

/** What a version of a plan says. */
export interface PlanTerms {
  readonly interval?: 'day' | 'week' | 'month' | 'year';
  readonly count?: number;
  readonly alignment?: 'anniversary' | 'calendar';
  readonly grain?: 'day' | 'second' | 'thirty_day';
  readonly trialDays?: number;
  readonly prices: readonly PlanPrice[];
  readonly minimum?: Readonly<Record<string, string>>;
  readonly thresholds?: Readonly<Record<string, { amounts: readonly string[]; recurringStep?: string }>>;
  readonly entitlements?: readonly Entitlement[];
}

/** A plan with its first version. */
export interface PlanCommand extends AnyCommand, PlanTerms {
  readonly do: 'plan';
  readonly name: string;
}

/** The next version of a plan. */
export interface PublishCommand extends AnyCommand, PlanTerms {
  readonly do: 'publish';
  readonly plan: string;
}

/** An add-on that subscriptions may have. */
export interface AddonCommand extends AnyCommand {
  readonly do: 'addon';
  readonly name: string;
  readonly prices: readonly { readonly amount: string; readonly currency?: string }[];
}

/** A discount. */
export interface CouponCommand extends AnyCommand {
  readonly do: 'coupon';
  readonly name: string;
  readonly target: 'line' | 'subscription' | 'invoice';
  readonly duration: 'once' | 'repeating' | 'forever';
  readonly percent?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly prices?: readonly string[];
  readonly periods?: number;
  readonly maxRedemptions?: number;
  readonly redeemBy?: string;
}

/** A rate between two currencies from a date on. */
export interface FxCommand extends AnyCommand {
  readonly do: 'fx';
  readonly from: string;
  readonly to: string;
  readonly date: string;
  readonly rate: string;
}
