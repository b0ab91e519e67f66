import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Delta } from '../event/domain/delta.js';
import { METER_COUNTS_SQL, METER_SUM_SQL } from '../event/store.js';

/** A period of a subscription that opened. */
export interface OpenedPeriod {
  readonly terms: SubscriptionTerms;
  readonly period: Period;
  readonly index: number;
}

/** A period that is over, as plans told it. */
export interface ClosedPeriod extends OpenedPeriod {
  readonly next: Period | null;
  /** Key under which its totals are published. */
  readonly aggregate: string;
}

export interface MeterTotal {
  readonly meterId: string;
  readonly quantity: string;
  readonly events: number;
}

/** A closed period with the totals that were published last. */
export interface PeriodClose extends ClosedPeriod {
  readonly revision: number;
  readonly meters: readonly MeterTotal[];
}

/**
 * The tenant's projections are changed by one message at a time: topics are consumed side by side, and a period that
 * opens while usage of it is added must neither miss nor double it.
 */
export async function lockProjections(tx: TenantTx): Promise<void> {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [
    `usage-projections/${tx.scope.tenantId}`,
  ]);
}

/** Adds deltas to the buckets, and to the totals of every known period that they fall in. */
export async function addDeltas(tx: TenantTx, deltas: readonly Delta[]): Promise<void> {
  const columns = [
    deltas.map((delta) => delta.customerId),
    deltas.map((delta) => delta.meterId),
    deltas.map((delta) => delta.bucket),
    deltas.map((delta) => delta.quantity),
    deltas.map((delta) => delta.events),
  ];
  await tx.query(ADD_BUCKETS_SQL, columns);
  await tx.query(ADD_TOTALS_SQL, columns);
}

const DELTAS_SQL = `
  unnest($1::text[], $2::text[], $3::timestamptz[], $4::numeric[], $5::bigint[])
  AS d(customer_id, meter_id, bucket, quantity, events)`;

const ADD_BUCKETS_SQL = `
  INSERT INTO {t}.usage_bucket AS b (customer_id, meter_id, bucket, quantity, events)
  SELECT * FROM ${DELTAS_SQL} ORDER BY 1, 2, 3
  ON CONFLICT (customer_id, meter_id, bucket)
  DO UPDATE SET quantity = b.quantity + excluded.quantity, events = b.events + excluded.events`;

const ADD_TOTALS_SQL = `
  INSERT INTO {t}.usage_total AS t (customer_id, meter_id, period_from, period_to, quantity, events)
  SELECT d.customer_id, d.meter_id, p.period_from, p.period_to, sum(d.quantity), sum(d.events)
  FROM ${DELTAS_SQL}
  JOIN LATERAL (
    SELECT DISTINCT period_from, period_to FROM {t}.usage_period
    WHERE customer_id = d.customer_id COLLATE "C" AND period_to > d.bucket AND period_from <= d.bucket) p ON true
  GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (customer_id, meter_id, period_from, period_to)
  DO UPDATE SET quantity = t.quantity + excluded.quantity, events = t.events + excluded.events`;

/** Remembers a period, sums what was used in it before it was known, and makes it current if it is the newest. */
export async function openPeriod(tx: TenantTx, opened: OpenedPeriod): Promise<void> {
  const { terms, period, index } = opened;
  const { subscriptionId, customerId } = terms;
  const known = await tx.query(OPEN_SQL, [subscriptionId, index, customerId, period.from, period.to]);
  if (known.length > 0) await tx.query(SUM_BUCKETS_SQL, [customerId, period.from, period.to]);
  await tx.query(CURRENT_SQL, [
    subscriptionId,
    customerId,
    index,
    period.from,
    period.to,
    JSON.stringify(terms),
  ]);
}

const OPEN_SQL = `
  INSERT INTO {t}.usage_period (subscription_id, index, customer_id, period_from, period_to)
  VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING index`;

/** Where another subscription has the same period its totals are there already. */
const SUM_BUCKETS_SQL = `
  INSERT INTO {t}.usage_total (customer_id, meter_id, period_from, period_to, quantity, events)
  SELECT customer_id, meter_id, $2, $3, sum(quantity), sum(events) FROM {t}.usage_bucket
  WHERE customer_id = $1 AND bucket >= $2 AND bucket < $3
  GROUP BY 1, 2 ON CONFLICT DO NOTHING`;

const CURRENT_SQL = `
  INSERT INTO {t}.usage_subscription AS s (id, customer_id, index, period_from, period_to, terms)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (id) DO UPDATE SET index = excluded.index, period_from = excluded.period_from,
    period_to = excluded.period_to, terms = excluded.terms
  WHERE s.index < excluded.index`;

/** Notes that a subscription ended; its start may still be under way. */
export async function endSubscription(tx: TenantTx, subscriptionId: string, endsAt: Instant): Promise<void> {
  await tx.prisma.usageSubscriptionEnd.upsert({
    where: { id: subscriptionId },
    create: { id: subscriptionId, endsAt: new Date(endsAt) },
    update: {},
  });
}

/** Totals of closed periods by the meters of their terms, counted from the events in one statement. */
export async function totalPeriods(
  tx: TenantTx,
  periods: readonly ClosedPeriod[],
): Promise<readonly (readonly MeterTotal[])[]> {
  const wanted = periods.flatMap((closed, place) =>
    metersOf(closed.terms).map((meterId) => ({ closed, place, meterId })),
  );
  const rows = await tx.query<{ place: number; meter_id: string; quantity: string; events: bigint }>(
    TOTAL_SQL,
    [
      wanted.map((one) => one.place),
      wanted.map((one) => one.meterId),
      wanted.map((one) => one.closed.terms.customerId),
      wanted.map((one) => one.closed.period.from),
      wanted.map((one) => one.closed.period.to),
    ],
  );
  const totals: MeterTotal[][] = periods.map(() => []);
  for (const { place, meter_id, quantity, events } of rows) {
    totals[place]?.push({ meterId: meter_id, quantity, events: Number(events) });
  }
  return totals;
}

const TOTAL_SQL = `
  SELECT w.place, w.meter_id, ${METER_SUM_SQL} AS quantity, count(e.id) AS events
  FROM unnest($1::int[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[])
    AS w(place, meter_id, customer_id, period_from, period_to)
  LEFT JOIN {t}.usage_meter m ON m.id = w.meter_id COLLATE "C"
  LEFT JOIN {t}.usage_event e ON e.customer_id = w.customer_id COLLATE "C" AND ${METER_COUNTS_SQL}
    AND e.occurred_at >= w.period_from AND e.occurred_at < w.period_to
  GROUP BY 1, 2 ORDER BY 1, 2`;

/** Meters that the terms price or limit, each once. */
function metersOf(terms: SubscriptionTerms): string[] {
  const priced = terms.prices.flatMap((price) => (price.meterId === null ? [] : [price.meterId]));
  const limited = terms.entitlements.flatMap((one) => (one.kind === 'limit' ? [one.meterId] : []));
  return [...new Set<string>([...priced, ...limited])];
}

/** Remembers closes; a period that is closed already keeps what it has. Returns the new ones. */
export async function insertCloses(tx: TenantTx, closes: readonly PeriodClose[]): Promise<PeriodClose[]> {
  const rows = await tx.query<{ subscription_id: string; index: number }>(INSERT_CLOSES_SQL, [
    JSON.stringify(closes.map(rowOf)),
  ]);
  const fresh = new Set(rows.map((row) => `${row.subscription_id} ${row.index}`));
  return closes.filter((close) => fresh.has(`${close.terms.subscriptionId} ${close.index}`));
}

const INSERT_CLOSES_SQL = `
  INSERT INTO {t}.usage_period_close
  SELECT * FROM jsonb_populate_recordset(NULL::{t}.usage_period_close, $1)
  ON CONFLICT DO NOTHING RETURNING subscription_id, index`;

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
    aggregate: close.aggregate,
  };
}

interface CloseRow {
  index: number;
  period_from: Instant;
  period_to: Instant;
  next_from: Instant | null;
  next_to: Instant | null;
  revision: number;
  meters: MeterTotal[];
  terms: SubscriptionTerms;
  aggregate: string;
}

/** Closed periods that the deltas fall into, wholly or with a part of their quarter of an hour. */
export async function closesTouchedBy(tx: TenantTx, deltas: readonly Delta[]): Promise<PeriodClose[]> {
  const rows = await tx.query<CloseRow>(TOUCHED_SQL, [
    deltas.map((delta) => delta.customerId),
    deltas.map((delta) => delta.bucket),
  ]);
  return rows.map((row) => ({
    terms: row.terms,
    period: { from: row.period_from, to: row.period_to },
    index: row.index,
    next: row.next_from === null || row.next_to === null ? null : { from: row.next_from, to: row.next_to },
    revision: row.revision,
    meters: row.meters,
    aggregate: row.aggregate,
  }));
}

const TOUCHED_SQL = `
  SELECT DISTINCT ON (c.subscription_id, c.index) c.*
  FROM unnest($1::text[], $2::timestamptz[]) AS d(customer_id, bucket)
  JOIN {t}.usage_period_close c ON c.customer_id = d.customer_id COLLATE "C"
    AND c.period_to > d.bucket AND c.period_from < d.bucket + interval '15 minutes'
  ORDER BY c.subscription_id, c.index`;

/** Keeps the totals of later revisions. */
export async function saveRevisions(tx: TenantTx, closes: readonly PeriodClose[]): Promise<void> {
  await tx.query(REVISE_SQL, [JSON.stringify(closes.map(rowOf))]);
}

const REVISE_SQL = `
  UPDATE {t}.usage_period_close c SET revision = n.revision, meters = n.meters
  FROM jsonb_populate_recordset(NULL::{t}.usage_period_close, $1) n
  WHERE c.subscription_id = n.subscription_id AND c.index = n.index`;
