import {
  presentTerms,
  type SubscriptionTerms,
  type SubscriptionTermsV1,
} from '@tollgate/contracts/plans/terms';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { OpenedPeriod } from '../copies/subscription.js';
import type { Stretch } from '../total/store.js';
import type { Position } from './handlers/positions.js';

/** A period that is over, as plans told it. */
export interface ClosedPeriod extends OpenedPeriod {
  /** The period whose fees are billed in advance, if there is one. */
  readonly next: Period | null;
}

/** A closed period with the totals that were published last. */
export interface PeriodClose extends ClosedPeriod {
  readonly revision: number;
  readonly meters: readonly Position[];
}

/** Remembers closes; a period that is closed already keeps what it has. Returns the new ones. */
export async function insertCloses(tx: TenantTx, closes: readonly PeriodClose[]): Promise<PeriodClose[]> {
  const rows = await tx.query<{ subscription_id: string; index: number }>(INSERT_SQL, [
    JSON.stringify(closes.map(rowOf)),
  ]);
  const fresh = new Set(rows.map((row) => `${row.subscription_id} ${row.index}`));
  return closes.filter((close) => fresh.has(`${close.terms.subscriptionId} ${close.index}`));
}

const INSERT_SQL = `
  INSERT INTO {t}.usage_period_close
  SELECT * FROM jsonb_populate_recordset(NULL::{t}.usage_period_close, $1)
  ON CONFLICT DO NOTHING RETURNING subscription_id, index`;

/** Closes of exactly these periods of customers, in the order in which their subscriptions were made. */
export async function findCloses(tx: TenantTx, stretches: readonly Stretch[]): Promise<PeriodClose[]> {
  const rows = await tx.query<CloseRow>(FIND_SQL, [
    stretches.map((stretch) => stretch.customerId),
    stretches.map((stretch) => stretch.period.from),
    stretches.map((stretch) => stretch.period.to),
  ]);
  return rows.map(closeOf);
}

const FIND_SQL = `
  SELECT c.* FROM (
    SELECT DISTINCT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS g(customer_id, since, until)) g
  JOIN {t}.usage_period_close c ON c.customer_id = g.customer_id COLLATE "C"
    AND c.period_to = g.until AND c.period_from = g.since
  ORDER BY c.subscription_id, c.index`;

/** A customer's closes that reach beyond an instant. */
export async function findClosesAfter(tx: TenantTx, customerId: string, at: Instant): Promise<PeriodClose[]> {
  return (await tx.query<CloseRow>(AFTER_SQL, [customerId, at])).map(closeOf);
}

const AFTER_SQL = `
  SELECT * FROM {t}.usage_period_close WHERE customer_id = $1 AND period_to > $2 ORDER BY subscription_id, index`;

/** Keeps the totals of later revisions. */
export async function saveRevisions(tx: TenantTx, closes: readonly PeriodClose[]): Promise<void> {
  tx.post(REVISE_SQL, [JSON.stringify(closes.map(rowOf))]);
}

const REVISE_SQL = `
  UPDATE {t}.usage_period_close c SET revision = n.revision, meters = n.meters
  FROM jsonb_populate_recordset(NULL::{t}.usage_period_close, $1) n
  WHERE c.subscription_id = n.subscription_id AND c.index = n.index`;

interface CloseRow {
  index: number;
  period_from: Instant;
  period_to: Instant;
  next_from: Instant | null;
  next_to: Instant | null;
  revision: number;
  meters: Position[];
  terms: SubscriptionTerms | SubscriptionTermsV1;
}

function closeOf(row: CloseRow): PeriodClose {
  return {
    terms: presentTerms(row.terms),
    period: { from: row.period_from, to: row.period_to },
    index: row.index,
    next: row.next_from === null || row.next_to === null ? null : { from: row.next_from, to: row.next_to },
    revision: row.revision,
    meters: row.meters,
  };
}

function rowOf(close: PeriodClose): object {
  return {
    subscription_id: close.terms.subscriptionId,
    index: close.index,
    customer_id: close.terms.customerId,
    period_from: close.period.from,
    period_to: close.period.to,
    next_from: close.next?.from ?? null,
    next_to: close.next?.to ?? null,
    revision: close.revision,
    meters: close.meters,
    terms: close.terms,
  };
}
