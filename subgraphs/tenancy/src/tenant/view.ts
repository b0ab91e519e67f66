import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantState } from '../generated/graphql.js';
import { PLAIN_DOCUMENTS } from './domain/documents.js';
import { dunningInput } from './domain/dunning.js';
import { taxRateList } from './domain/settings.js';
import type { TenantRecord } from './store/tenant.js';

/** A policy as GraphQL shows it. */
function dunningView({ dunning }: TenantRecord['settings']) {
  const sent = dunningInput(dunning);
  if (dunning === null || sent === null) return null;
  const { retryAfterDays, skipWeekends, markUncollectible, attemptTime, revokeAfterDays } = dunning;
  return {
    ...{ skipWeekends, markUncollectible, retryAfterDays: [...retryAfterDays] },
    attemptTime: attemptTime ?? null,
    revokeAfterDays: revokeAfterDays ?? null,
    onHardDecline: sent.onHardDecline ?? 'STOP',
    terminalAction: sent.terminalAction,
  };
}

/** A tenant as GraphQL shows it, at its present time. */
export function tenantView(record: TenantRecord, now: Instant) {
  const { id, settings, state, createdAt } = record;
  const documents = settings.documents ?? PLAIN_DOCUMENTS;
  return {
    ...settings,
    id,
    createdAt,
    now,
    taxRates: taxRateList(settings),
    dunning: dunningView(settings),
    documents: { ...documents, address: [...documents.address] },
    state: state.toUpperCase() as TenantState,
  };
}
