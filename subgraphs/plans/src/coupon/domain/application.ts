import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import { invalid, type InvalidInput } from '@tollgate/kernel/input';
import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Coupon } from './coupon.js';

/** Whose invoices a coupon discounts. */
export interface Holder {
  readonly customerId: string;
  /** Null: all invoices of the customer. */
  readonly subscriptionId: string | null;
  readonly currency: string;
}

/** A coupon that discounts invoices from when it was applied until it is removed, or used up. */
export interface Application {
  readonly id: Id<'cpa'>;
  readonly coupon: Coupon;
  readonly holder: Holder;
  readonly appliedAt: Instant;
  readonly isRemoved: boolean;
}

export interface ApplyCoupon {
  readonly type: 'ApplyCoupon';
  readonly id: Id<'cpa'>;
  readonly coupon: Coupon;
  readonly holder: Holder;
  /** Applications so far, removed ones too. */
  readonly redemptions: number;
  /** Whether the holder has it. */
  readonly isApplied: boolean;
  readonly now: Instant;
}

export type ApplicationCommand = ApplyCoupon | { readonly type: 'RemoveCoupon' };
export type ApplicationEvent =
  ({ readonly type: 'CouponApplied' } & Omit<Application, 'isRemoved'>) | { readonly type: 'CouponRemoved' };

export interface Named extends Rejection {
  readonly couponId: string;
}

export type ApplicationRejection =
  | InvalidInput
  | (Named & { readonly reason: 'CouponExpired' })
  | (Named & { readonly reason: 'CouponExhausted' })
  | (Named & { readonly reason: 'CouponAlreadyApplied' })
  | (Rejection & { readonly reason: 'CurrencyMismatch'; readonly currency: string });

export const applicationDecider: Decider<
  Application | null,
  ApplicationCommand,
  ApplicationEvent,
  ApplicationRejection
> = { initial: null, decide, evolve };

function decide(
  command: ApplicationCommand,
  state: Application | null,
): Decision<ApplicationEvent, ApplicationRejection> {
  switch (command.type) {
    case 'ApplyCoupon':
      assert(state === null, 'a new application has a new id');
      return apply(command);
    case 'RemoveCoupon':
      assert(state !== null && !state.isRemoved, 'what is applied is removed');
      return accept({ type: 'CouponRemoved' });
    default:
      return unreachable(command);
  }
}

function apply(command: ApplyCoupon): Decision<ApplicationEvent, ApplicationRejection> {
  const { id, coupon, holder, redemptions, isApplied, now: appliedAt } = command;
  const { id: couponId, maxRedemptions, redeemBy, target, value } = coupon;
  if ((target === 'invoice') !== (holder.subscriptionId === null))
    return reject(
      invalid('input.subscriptionId', 'Give a customer for a coupon on invoices, else a subscription.'),
    );
  if (redeemBy !== null && appliedAt >= redeemBy)
    return reject({ reason: 'CouponExpired', message: `It could be applied until ${redeemBy}.`, couponId });
  if (isApplied)
    return reject({ reason: 'CouponAlreadyApplied', message: 'It is applied already.', couponId });
  if (maxRedemptions !== null && redemptions >= maxRedemptions)
    return reject({ reason: 'CouponExhausted', message: `It was applied ${redemptions} times.`, couponId });
  if ('amount' in value && value.currency !== holder.currency) {
    const message = `It takes off ${value.currency}, and is billed in ${holder.currency}.`;
    return reject({ reason: 'CurrencyMismatch', message, currency: value.currency });
  }
  return accept({ type: 'CouponApplied', id, coupon, holder, appliedAt });
}

function evolve(state: Application | null, event: ApplicationEvent): Application {
  switch (event.type) {
    case 'CouponApplied': {
      const { id, coupon, holder, appliedAt } = event;
      return { id, coupon, holder, appliedAt, isRemoved: false };
    }
    case 'CouponRemoved':
      assert(state !== null, 'a coupon is applied before it is removed');
      return { ...state, isRemoved: true };
    default:
      return unreachable(event);
  }
}
