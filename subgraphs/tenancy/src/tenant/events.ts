import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import type { Instant } from '@tollgate/kernel/time/time';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Settings } from './domain/settings.js';

/** A fact in a tenant's own stream; the revision is the one the control schema counts. */
export interface TenantFact {
  readonly type: 'TenantCreated' | 'TenantSettingsChanged';
  readonly revision: number;
  readonly settings: Settings;
}

/** Tells everybody what a tenant's settings are now: always the whole of them. */
export function tenantMessage(tenantId: string, fact: TenantFact, occurredAt: Instant): Outgoing {
  const { revision, settings } = fact;
  return outgoing(tenantChanged, {
    aggregate: tenantId,
    occurredAt,
    data: {
      tenantId: tenantId as `ten_${string}`,
      revision,
      settings: { ...settings, taxRates: { ...settings.taxRates } },
    },
  });
}
