import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { assert } from '@tollgate/kernel/assert';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Customer, CustomerEvent } from './domain/customer.js';

/** Tells everybody what a customer is now: always the whole of it. */
export function customerMessage({ id, after, at }: Change<Customer | null, CustomerEvent>): Outgoing {
  assert(after.state !== null, 'a change leaves a customer behind');
  const { createdAt: _createdAt, metadata: _metadata, id: _id, ...record } = after.state;
  return outgoing(customerChanged, {
    aggregate: id,
    occurredAt: at,
    data: {
      ...record,
      customerId: id as `cus_${string}`,
      revision: after.version,
    },
  });
}
