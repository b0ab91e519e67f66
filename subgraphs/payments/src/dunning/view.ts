import type { DunningCause as CauseName, DunningStatus as StatusName } from '../generated/graphql.js';
import type { DunningCause } from './domain/run.js';
import type { DunningRow, DunningStatus } from './store.js';

const CAUSES: Readonly<Record<DunningCause, CauseName>> = {
  declined: 'DECLINED',
  action_required: 'ACTION_REQUIRED',
  past_due: 'PAST_DUE',
};

const STATUSES: Readonly<Record<DunningStatus, StatusName>> = {
  retrying: 'RETRYING',
  paused: 'PAUSED',
  watching: 'WATCHING',
  exhausted: 'EXHAUSTED',
  stopped: 'STOPPED',
  written_off: 'WRITTEN_OFF',
  recovered: 'RECOVERED',
  voided: 'VOIDED',
};

export type DunningView = ReturnType<typeof dunningView>;

/** A run as GraphQL shows it. */
export function dunningView(row: DunningRow) {
  const { retries, retries_past: past, status } = row;
  return {
    id: row.id,
    invoice: { id: row.invoice_id },
    customer: { id: row.customer_id },
    cause: CAUSES[row.cause],
    status: STATUSES[status],
    startedAt: row.started_at,
    retriesAt: [...retries],
    retriesPast: past,
    nextRetryAt: status === 'retrying' ? (retries[past] ?? null) : null,
    failingSince: row.failing_since,
    accessEndsAt: row.revoke_at,
    hasAccess: row.has_access,
    pausedAt: row.paused_at,
    endedAt: row.ended_at,
  };
}
