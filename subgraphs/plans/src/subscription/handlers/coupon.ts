import { invalid } from '@tollgate/kernel/input';
import { command, type Caller } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { customerToKnow, lockCustomer } from '../../copies/customer.js';
import type { Holder } from '../../coupon/domain/application.js';
import { applicationOf, recordApplications, removalOf } from '../../coupon/handlers.js';
import type { ApplyCouponInput, RemoveCouponInput } from '../../generated/graphql.js';
import { madeSubscription, unknownSubscription } from './life.js';

/** A coupon discounts the invoices of a subscription, or all of a customer's, from now on. */
export async function applyCoupon(caller: Caller, input: ApplyCouponInput) {
  return command(caller, { name: 'applyCoupon', ...askedOf(input) }, async (tx) => {
    const found = await holderOf(tx, input);
    if (!found.ok) return found.rejection;
    const decided = await applicationOf(tx, input.couponId, { holder: found.holder, now: await tx.now() });
    if (!decided.ok) return decided.rejection;
    await recordApplications(tx, [decided.change]);
    return { __typename: 'CouponApplied' as const, couponId: input.couponId };
  });
}

/** A coupon is on no later invoice. */
export async function removeCoupon(caller: Caller, input: RemoveCouponInput) {
  return command(caller, { name: 'removeCoupon', ...askedOf(input) }, async (tx) => {
    const found = await holderOf(tx, input);
    if (!found.ok) return found.rejection;
    const decided = await removalOf(tx, input.couponId, { holder: found.holder, now: await tx.now() });
    if (!decided.ok) return decided.rejection;
    await recordApplications(tx, [decided.change]);
    return { __typename: 'CouponRemoved' as const, couponId: input.couponId };
  });
}

function askedOf<I extends ApplyCouponInput>(input: I) {
  const waitFor = input.customerId ? [customerToKnow(input.customerId)] : [];
  return { input, access: 'backend', waitFor } as const;
}

async function holderOf(tx: TenantTx, { subscriptionId, customerId }: ApplyCouponInput) {
  if (!subscriptionId === !customerId)
    return rejected(invalid('input', 'Give either a subscription or a customer.'));
  if (customerId) {
    const customer = await lockCustomer(tx, customerId);
    if (customer !== null) return heldBy({ customerId, subscriptionId: null, currency: customer.currency });
    const message = 'There is no such customer.';
    return rejected({ reason: 'UnknownCustomer' as const, message, customerId });
  }
  const id = subscriptionId ?? '';
  const found = await madeSubscription(tx, id);
  if (found === null) return rejected(unknownSubscription(id));
  const { state } = found;
  if (state.status === 'ended') {
    const message = 'The subscription is over already.';
    return rejected({ reason: 'AlreadyEnded' as const, message, endedAt: state.endedAt });
  }
  const { contract } = state;
  return heldBy({ customerId: contract.customerId, subscriptionId: id, currency: contract.currency });
}

function heldBy(holder: Holder) {
  return { ok: true, holder } as const;
}

function rejected<R>(rejection: R) {
  return { ok: false, rejection } as const;
}
