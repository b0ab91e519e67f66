import type { Instant } from '@tollgate/kernel/time/time';
import { codeOf } from '@tollgate/runtime/base/errors';
import type { Queryable, Row, TenantTx } from '@tollgate/runtime/database/db';
import type { Meter } from '../meter/domain/meter.js';
import type { Comparison } from './domain/batch.js';
import type { KeptEvent } from './domain/kept.js';
import type { Candidate } from './domain/report.js';

/** A character that no field holds: ids have no control characters, and JSON text escapes them. */
const SEPARATOR = '\u001f';

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
  const params = paramsOf({ candidates, meterVersion });
  const rows = await tx.query<{ place: bigint }>(INSERT_EVENTS_SQL, params);
  return rows.map((row) => Number(row.place) - 1);
}

/** Events of different ids, and the version of the meters that they are stored under. */
export interface NewEvents {
  readonly candidates: readonly Candidate[];
  readonly meterVersion: number;
}

/**
 * Stores events that nobody is thought to have stored, with the transaction's next write and a fifth cheaper. Where one of
 * them is there all the same, the transaction fails with what `known` makes.
 */
export function insertNewEvents(tx: TenantTx, events: NewEvents, known: () => Error): void {
  if (events.candidates.length === 0) return;
  tx.post(INSERT_NEW_SQL, paramsOf(events), (error) =>
    codeOf(error) === UNIQUE_VIOLATION ? known() : error,
  );
}

const UNIQUE_VIOLATION = '23505';

function paramsOf({ candidates, meterVersion }: NewEvents): unknown[] {
  const uncounted = [...new Set(candidates.filter(isUncounted).map(({ type }) => type))];
  return [...columnsOf(candidates), meterVersion, uncounted];
}

/** Joined text costs a tenth of what the driver needs to write arrays of text, and Postgres cuts it as fast. */
const GIVEN_SQL = `
  unnest(string_to_array($1, E'\\x1f'), string_to_array($2, E'\\x1f'), string_to_array($3, E'\\x1f'),
         string_to_array($4, E'\\x1f'), string_to_array($5, E'\\x1f'))
  WITH ORDINALITY AS g(id, customer_id, type, occurred_at, properties, place)`;

/** From `given`, in the order of ids. */
const INSERT_SQL = `
  INSERT INTO {t}.usage_event (id, customer_id, type, occurred_at, properties, meter_version)
  SELECT id, customer_id, type, occurred_at::timestamptz, properties::jsonb,
    CASE WHEN type = ANY($7::text[]) THEN 0 ELSE $6::int END
  FROM given ORDER BY id COLLATE "C"`;

const INSERT_NEW_SQL = `WITH given AS (SELECT * FROM ${GIVEN_SQL}) ${INSERT_SQL}`;

const INSERT_EVENTS_SQL = `
  WITH given AS MATERIALIZED (SELECT * FROM ${GIVEN_SQL}),
  stored AS (${INSERT_SQL} ON CONFLICT (id) DO NOTHING RETURNING id)
  SELECT place FROM given WHERE id NOT IN (SELECT id FROM stored)`;

/** How each event compares with the stored one of its id. */
export async function compareEvents(
  tx: TenantTx,
  candidates: readonly Candidate[],
): Promise<readonly Comparison[]> {
  if (candidates.length === 0) return [];
  const rows = await tx.query<{ comparison: Comparison }>(COMPARE_SQL, columnsOf(candidates));
  return rows.map((row) => row.comparison);
}

/** An event is the same as when it was first accepted, whatever became of it since. */
const COMPARE_SQL = `
  SELECT CASE WHEN e.id IS NULL THEN 'absent'
    WHEN e.customer_id = g.customer_id AND e.type = g.type AND e.occurred_at = g.occurred_at::timestamptz
      AND coalesce(c.first_properties, e.properties) = g.properties::jsonb THEN 'same'
    ELSE 'other' END AS comparison
  FROM ${GIVEN_SQL} LEFT JOIN {t}.usage_event e ON e.id = g.id COLLATE "C"
  LEFT JOIN {t}.usage_event_correction c ON c.event_id = e.id ORDER BY g.place`;

function columnsOf(candidates: readonly Candidate[]): string[] {
  const joined = (field: 'id' | 'customerId' | 'type' | 'at' | 'properties') =>
    candidates.map((candidate) => candidate[field]).join(SEPARATOR);
  return [joined('id'), joined('customerId'), joined('type'), joined('at'), joined('properties')];
}

/** Whether no meter listens to an event: it is stored before the first version of the meters, whatever that is now. */
export function isUncounted({ meters }: Candidate): boolean {
  return meters.length === 0;
}

/** Notes stored events that no meter counts yet, with the transaction's next write. */
export function keepEvents(tx: TenantTx, events: readonly Candidate[]): void {
  if (events.length === 0) return;
  tx.post(KEEP_SQL, [events.map(({ type }) => type), events.map(({ id }) => id)]);
}

const KEEP_SQL = `
  INSERT INTO {t}.usage_kept (type, id) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`;

/** Kept events that are read at once. */
export const KEPT_PAGE = 5_000;

/** Kept events of a type, in the order of their ids. */
export async function readKept(tx: TenantTx, type: string, afterId: string): Promise<KeptEvent[]> {
  return tx.query<KeptEvent & Row>(KEPT_SQL, [type, afterId, KEPT_PAGE]);
}

const KEPT_SQL = `
  SELECT e.id, e.customer_id AS "customerId", e.properties,
    to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
  FROM {t}.usage_kept k JOIN {t}.usage_event e ON e.id = k.id
  WHERE k.type = $1 AND k.id > $2 COLLATE "C" ORDER BY k.id LIMIT $3`;

/** Kept events are counted by a meter from now on. */
export function takeKept(tx: TenantTx, { version, eventType }: Meter, ids: readonly string[]): void {
  tx.post('UPDATE {t}.usage_event SET meter_version = $1 WHERE id = ANY($2)', [version, ids]);
  tx.post('DELETE FROM {t}.usage_kept WHERE type = $1 AND id = ANY($2)', [eventType, ids]);
}

/** What is kept of a type. */
export interface KeptType {
  readonly type: string;
  readonly events: bigint;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/** What is kept for meters that may come, by type. */
export async function readKeptTypes(tenant: Queryable): Promise<KeptType[]> {
  return tenant.query<KeptType & Row>(KEPT_TYPES_SQL, [KEPT_TYPES_MAX]);
}

const KEPT_TYPES_MAX = 1_000;
const KEPT_TYPES_SQL = `
  SELECT k.type, count(*) AS events, min(e.occurred_at) AS "firstAt", max(e.occurred_at) AS "lastAt"
  FROM {t}.usage_kept k JOIN {t}.usage_event e ON e.id = k.id GROUP BY k.type ORDER BY k.type LIMIT $1`;
