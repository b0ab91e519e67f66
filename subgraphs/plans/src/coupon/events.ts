import { billKey } from '@tollgate/contracts/plans/bill';
import { couponApplied, couponRemoved } from '@tollgate/contracts/plans/coupon';
import type { Id } from '@tollgate/kernel/id';
import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Application, ApplicationEvent } from './domain/application.js';
import { termsOf } from './view.js';

/** What others hear of coupons that are applied: in one order with the bills of their customer. */
export function messagesOf(changes: readonly Change<Application | null, ApplicationEvent>[]): Outgoing[] {
  return changes.flatMap(({ events, after: { state }, at: occurredAt }) => {
    assert(state !== null, 'a change leaves an application behind');
    const aggregate = billKey(state.holder.customerId);
    return events.map((event) => messageOf(event, state, { aggregate, occurredAt }));
  });
}

type Head = Pick<Parameters<typeof outgoing>[1], 'aggregate' | 'occurredAt'>;

function messageOf(event: ApplicationEvent, { id, coupon, holder }: Application, head: Head): Outgoing {
  const customerId = holder.customerId as Id<'cus'>;
  switch (event.type) {
    case 'CouponApplied': {
      const { id: couponId } = coupon;
      const data = {
        ...{
          applicationId: id,
          couponId,
          customerId,
          subscriptionId: holder.subscriptionId as Id<'sub'> | null,
        },
        coupon: termsOf(coupon),
      };
      return outgoing(couponApplied, { ...head, data });
    }
    case 'CouponRemoved':
      return outgoing(couponRemoved, { ...head, data: { applicationId: id, customerId } });
    default:
      return unreachable(event);
  }
}
