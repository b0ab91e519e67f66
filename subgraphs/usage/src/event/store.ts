import { instantFromMs, type Period, type TimeZone } from '@tollgate/kernel/time/time';
import type { CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { METERS_MAX, type Meter } from '../meter/domain/meter.js';
import type { Candidate } from './domain/report.js';

/** A character that no field holds: ids have no control characters, and JSON text escapes them. */
const SEPARATOR = '\u001f';

/** All meters of the tenant, oldest first. */
export async function readMeters(tx: TenantTx): Promise<Meter[]> {
  const rows = await tx.prisma.usageMeter.findMany({ orderBy: { version: 'asc' }, take: METERS_MAX });
  return rows.map((row) => ({
    ...row,
    aggregation: row.aggregation === 'sum' ? ('sum' as const) : ('count' as const),
    createdAt: instantFromMs(row.createdAt.getTime()),
  }));
}

/**
 * Version of the tenant's set of meters, which cannot change until this transaction ends: events are stored with the
 * version of the meters that counted them.
 */
export async function holdMeterVersion(tx: TenantTx): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    'SELECT version FROM {t}.usage_meter_set WHERE id = 1 FOR SHARE',
  );
  return row?.version ?? 0;
}

/** Keeps others from changing the set of meters, and from storing events, until this transaction ends. */
export async function holdMeterSet(tx: TenantTx): Promise<void> {
  await tx.query('SELECT version FROM {t}.usage_meter_set WHERE id = 1 FOR UPDATE');
}

/** The next version of the set of meters; call `holdMeterSet` first. */
export async function nextMeterVersion(tx: TenantTx): Promise<number> {
  const row = await tx.prisma.usageMeterSet.update({ where: { id: 1 }, data: { version: { increment: 1 } } });
  return row.version;
}

export async function insertMeter(tx: TenantTx, meter: Meter): Promise<void> {
  await tx.prisma.usageMeter.create({ data: { ...meter, createdAt: new Date(meter.createdAt) } });
}

/** Which of these customers there are. */
export async function knownCustomers(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>('SELECT id FROM {t}.usage_customer WHERE id = ANY($1)', [ids]);
  return rows.map((row) => row.id);
}

/** The zone a customer is billed in; null where there is no such customer. */
export async function zoneOf(tx: TenantTx, customerId: string): Promise<TimeZone | null> {
  const row = await tx.prisma.usageCustomer.findUnique({ where: { id: customerId } });
  return row === null ? null : (row.timeZone as TimeZone);
}

/** Keeps what tenancy tells of a customer; an older revision changes nothing. */
export async function saveCustomer(tx: TenantTx, customer: CustomerRecord): Promise<void> {
  await tx.query(SAVE_CUSTOMER_SQL, [customer.customerId, customer.revision, customer.timeZone]);
}

const SAVE_CUSTOMER_SQL = `
  INSERT INTO {t}.usage_customer AS c (id, revision, time_zone) VALUES ($1, $2, $3)
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, time_zone = excluded.time_zone
  WHERE c.revision < excluded.revision`;

/**
 * Stores events of different ids; first write wins. Returns the places (from 0) of those whose id was there before.
 * Waits for others that are storing the same ids; all do so in the order of ids, so that none wait for each other.
 */
export async function insertEvents(
  tx: TenantTx,
  candidates: readonly Candidate[],
  meterVersion: number,
): Promise<number[]> {
  if (candidates.length === 0) return [];
  const rows = await tx.query<{ place: bigint }>(INSERT_EVENTS_SQL, [...columnsOf(candidates), meterVersion]);
  return rows.map((row) => Number(row.place) - 1);
}

/** Joined text costs a tenth of what the driver needs to write arrays of text, and Postgres cuts it as fast. */
const GIVEN_SQL = `
  unnest(string_to_array($1, E'\\x1f'), string_to_array($2, E'\\x1f'), string_to_array($3, E'\\x1f'),
         string_to_array($4, E'\\x1f'), string_to_array($5, E'\\x1f'))
  WITH ORDINALITY AS g(id, customer_id, type, occurred_at, properties, place)`;

const INSERT_EVENTS_SQL = `
  WITH given AS MATERIALIZED (SELECT * FROM ${GIVEN_SQL}),
  stored AS (
    INSERT INTO {t}.usage_event (id, customer_id, type, occurred_at, properties, meter_version)
    SELECT id, customer_id, type, occurred_at::timestamptz, properties::jsonb, $6
    FROM given ORDER BY id COLLATE "C"
    ON CONFLICT (id) DO NOTHING RETURNING id)
  SELECT place FROM given WHERE id NOT IN (SELECT id FROM stored)`;

export type Comparison = 'same' | 'other' | 'absent';

/** How each event compares with the stored one of its id. */
export async function compareEvents(
  tx: TenantTx,
  candidates: readonly Candidate[],
): Promise<readonly Comparison[]> {
  if (candidates.length === 0) return [];
  const rows = await tx.query<{ comparison: Comparison }>(COMPARE_SQL, columnsOf(candidates));
  return rows.map((row) => row.comparison);
}

const COMPARE_SQL = `
  SELECT CASE WHEN e.id IS NULL THEN 'absent'
    WHEN e.customer_id = g.customer_id AND e.type = g.type AND e.occurred_at = g.occurred_at::timestamptz
      AND e.properties = g.properties::jsonb THEN 'same'
    ELSE 'other' END AS comparison
  FROM ${GIVEN_SQL} LEFT JOIN {t}.usage_event e ON e.id = g.id COLLATE "C" ORDER BY g.place`;

function columnsOf(candidates: readonly Candidate[]): string[] {
  const joined = (field: 'id' | 'customerId' | 'type' | 'at' | 'properties') =>
    candidates.map((candidate) => candidate[field]).join(SEPARATOR);
  return [joined('id'), joined('customerId'), joined('type'), joined('at'), joined('properties')];
}

/** What a customer used by one meter in one of the asked-for slices. */
export interface SliceUsage {
  readonly meterId: string;
  /** Place of the slice, from 0. */
  readonly slice: number;
  readonly quantity: string;
  readonly events: bigint;
}

interface SliceRow {
  meter_id: string;
  slice: number;
  quantity: string;
  events: bigint;
}

/** Usage of a customer by meter and slice, counted from the events. Slices follow each other without a gap. */
export async function readSlices(
  tx: TenantTx,
  customerId: string,
  slices: readonly Period[],
): Promise<SliceUsage[]> {
  const rows = await tx.query<SliceRow>(SLICES_SQL, [
    customerId,
    slices.map((slice) => slice.from),
    slices.at(-1)?.to ?? null,
  ]);
  return rows.map(({ meter_id, slice, quantity, events }) => ({
    meterId: meter_id,
    slice,
    quantity,
    events,
  }));
}

/** What a meter (`m`) makes of the events (`e`) it counts; the one place that says so in SQL. */
export const METER_COUNTS_SQL = `e.type = m.event_type AND e.meter_version >= m.version`;
export const METER_SUM_SQL = `
  trim_scale(CASE WHEN min(m.aggregation) = 'count' THEN count(e.id)::numeric
    ELSE coalesce(sum((e.properties ->> m.property)::numeric), 0) END)::text`;

const SLICES_SQL = `
  SELECT m.id AS meter_id, width_bucket(e.occurred_at, $2::timestamptz[]) - 1 AS slice,
         ${METER_SUM_SQL} AS quantity, count(e.id) AS events
  FROM {t}.usage_meter m
  JOIN {t}.usage_event e ON ${METER_COUNTS_SQL}
  WHERE e.customer_id = $1 AND e.occurred_at >= ($2::timestamptz[])[1] AND e.occurred_at < $3
  GROUP BY 1, 2`;

/** Ids of the tenants that are open for work. */
export async function readTenants(tx: Queryable): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(`SELECT id FROM {c}.tenant WHERE state = 'active' ORDER BY id`);
  return rows.map((row) => row.id);
}
