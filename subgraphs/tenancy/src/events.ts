import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import type { Instant } from '@tollgate/kernel/time/time';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Customer } from './customer/domain/customer.js';
import type { Settings } from './tenant/domain/settings.js';

/** Tells everybody what a customer is now: always the whole of it. */
export function customerMessage(customer: Customer, revision: number, occurredAt: Instant): Outgoing {
  const { id, createdAt: _createdAt, ...record } = customer;
  return outgoing(customerChanged, id, occurredAt, {
    ...record,
    customerId: id as `cus_${string}`,
    revision,
  });
}

/** A fact in a tenant's own stream; the revision is the one the control schema counts. */
export interface TenantFact {
  readonly type: 'TenantCreated' | 'TenantSettingsChanged';
  readonly revision: number;
  readonly settings: Settings;
}

/** Tells everybody what a tenant's settings are now: always the whole of them. */
export function tenantMessage(tenantId: string, fact: TenantFact, occurredAt: Instant): Outgoing {
  const { revision, settings } = fact;
  return outgoing(tenantChanged, tenantId, occurredAt, {
    tenantId: tenantId as `ten_${string}`,
    revision,
    settings: { ...settings, taxRates: { ...settings.taxRates } },
  });
}
