import type { AnyCommand, At, CreditTo } from './command.js';
import type { Overrides } from './price.js';

type Proration = 'day' | 'second' | 'thirty_day' | 'none';

/** A subscription of a customer to a plan. */
export interface SubscribeCommand extends AnyCommand {
  readonly do: 'subscribe';
  readonly name: string;
  readonly customer: string;
  readonly plan: string;
  readonly version?: number;
  readonly currency?: string;
  readonly startsOn?: string;
  readonly quantity?: string;
  readonly overrides?: Overrides;
  readonly phases?: readonly { readonly periods?: number; readonly overrides: Overrides }[];
  readonly trialDays?: number;
  readonly anchorDay?: number;
  readonly coupons?: readonly string[];
  readonly activation?: 'immediate' | 'on_payment';
}

/** Other terms for a subscription. */
export interface ChangeCommand extends AnyCommand {
  readonly do: 'change';
  readonly subscription: string;
  readonly plan?: string;
  readonly quantity?: string;
  readonly overrides?: Overrides;
  readonly at?: At;
  readonly proration?: Proration;
  readonly cycle?: 'keep' | 'restart';
}

/** Ends a subscription. */
export interface CancelCommand extends AnyCommand {
  readonly do: 'cancel';
  readonly subscription: string;
  readonly at?: At;
  readonly credit?: 'none' | 'prorated';
  readonly creditTo?: CreditTo;
}

/** Stops a subscription for a while. */
export interface PauseCommand extends AnyCommand {
  readonly do: 'pause';
  readonly subscription: string;
  readonly at?: At;
  readonly credit?: 'none' | 'prorated';
  readonly creditTo?: CreditTo;
}

/** Takes an end or a pause back. */
export interface ResumeCommand extends AnyCommand {
  readonly do: 'uncancel' | 'resume';
  readonly subscription: string;
}

/** An add-on joins or leaves. */
export interface AddonChangeCommand extends AnyCommand {
  readonly do: 'add_addon' | 'remove_addon';
  readonly subscription: string;
  readonly addon: string;
  readonly quantity?: string;
  readonly at?: At;
  readonly proration?: Proration;
}

/** A coupon is applied or removed. */
export interface CouponChangeCommand extends AnyCommand {
  readonly do: 'apply_coupon' | 'remove_coupon';
  readonly coupon: string;
  readonly subscription?: string;
  readonly customer?: string;
}
