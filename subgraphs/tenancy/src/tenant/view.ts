import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantState } from '../generated/graphql.js';
import { taxRateList } from './domain/settings.js';
import type { TenantRecord } from './store/tenant.js';

/** A tenant as GraphQL shows it, at its present time. */
export function tenantView(record: TenantRecord, now: Instant) {
  const { id, settings, state, createdAt } = record;
  return {
    ...settings,
    id,
    createdAt,
    now,
    taxRates: taxRateList(settings),
    state: state.toUpperCase() as TenantState,
  };
}
