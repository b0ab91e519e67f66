import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable, Row, TenantTx } from '@tollgate/runtime/database/db';
import type { BilledTime } from './domain/outcome.js';
import type { KeptProperties } from './domain/correction.js';

/** An event as it counts now, and what was made of it. */
export interface StoredEvent {
  readonly id: string;
  readonly customerId: string;
  readonly type: string;
  readonly occurredAt: Instant;
  readonly properties: KeptProperties;
  /** Version of the meters that count it; 0 where none does. */
  readonly meterVersion: number;
  /** The stream of its corrections; null where it was never corrected. */
  readonly correctionId: string | null;
  readonly firstProperties: KeptProperties | null;
  readonly voided: boolean | null;
  readonly changedAt: Instant | null;
  readonly recordedAt: Instant;
}

/** An event by the tenant's id of it; null where there is none. */
export async function readEvent(tenant: Queryable, id: string): Promise<StoredEvent | null> {
  const [row] = await tenant.query<StoredEvent & Row>(READ_SQL, [id]);
  return row ?? null;
}

const EVENT_SQL = `
  SELECT e.id, e.customer_id AS "customerId", e.type, e.occurred_at AS "occurredAt", e.properties,
    e.meter_version AS "meterVersion", c.id AS "correctionId", c.first_properties AS "firstProperties", c.voided,
    c.changed_at AS "changedAt", e.recorded_at AS "recordedAt"
  FROM {t}.usage_event e LEFT JOIN {t}.usage_event_correction c ON c.event_id = e.id`;

const READ_SQL = `${EVENT_SQL} WHERE e.id = $1`;

/** Events of these ids. */
export async function readEvents(tenant: Queryable, ids: readonly string[]): Promise<StoredEvent[]> {
  return tenant.query<StoredEvent & Row>(`${EVENT_SQL} WHERE e.id = ANY($1)`, [ids]);
}

/** Which events of a customer are asked for, in order of time. */
export interface EventFilter {
  readonly customerId: string;
  readonly type: string | null;
  readonly from: Instant | null;
  readonly to: Instant | null;
  readonly status: 'COUNTED' | 'KEPT' | 'VOID' | null;
  readonly latestFirst: boolean;
  /** The last event of the page before, its time to the microsecond. */
  readonly after: { readonly at: string; readonly id: string } | null;
  readonly limit: number;
}

/** The time of an event to the microsecond, by which pages are told apart. */
export type ListedEvent = StoredEvent & { readonly at: string };

/** A page of events: of each type as many as the page, by its index, and the first of them all. */
export async function eventPage(tenant: Queryable, filter: EventFilter): Promise<ListedEvent[]> {
  const { customerId, type, from, to, status, after, limit } = filter;
  const [order, later] = filter.latestFirst ? ['DESC', '<'] : ['ASC', '>'];
  const own = 'e.customer_id = $1 AND e.type = t.type';
  const sql = `
    WITH RECURSIVE t AS (
      (SELECT type FROM {t}.usage_event WHERE customer_id = $1 AND ($2::text IS NULL OR type = $2) ORDER BY type LIMIT 1)
      UNION ALL
      SELECT (SELECT n.type FROM {t}.usage_event n WHERE n.customer_id = $1 AND n.type > t.type AND $2::text IS NULL
        ORDER BY n.type LIMIT 1) FROM t WHERE t.type IS NOT NULL)
    SELECT f.* FROM t CROSS JOIN LATERAL (
      SELECT x.*, to_char(x."occurredMicros" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
      FROM (${EVENT_SQL.replace('SELECT e.id,', 'SELECT e.occurred_at AS "occurredMicros", e.id,')} WHERE ${own}
        AND ($3::timestamptz IS NULL OR e.occurred_at >= $3) AND ($4::timestamptz IS NULL OR e.occurred_at < $4)
        AND ($5::timestamptz IS NULL OR (e.occurred_at ${later}= $5 AND (e.occurred_at, e.id) ${later} ($5, $6 COLLATE "C")))
        AND CASE $7::text WHEN 'VOID' THEN c.voided WHEN 'KEPT' THEN e.meter_version = 0 AND c.voided IS NOT TRUE
          WHEN 'COUNTED' THEN e.meter_version > 0 AND c.voided IS NOT TRUE ELSE true END
        ORDER BY e.occurred_at ${order}, e.id ${order} LIMIT $8) x) f
    WHERE t.type IS NOT NULL ORDER BY f."occurredMicros" ${order}, f.id ${order} LIMIT $8`;
  const params = [customerId, type, from, to, after?.at ?? null, after?.id ?? '', status, limit];
  return tenant.query<ListedEvent & Row>(sql, params);
}

/** The event says this from now on. */
export function saveProperties(tx: TenantTx, id: string, properties: KeptProperties): void {
  tx.post('UPDATE {t}.usage_event SET properties = $2 WHERE id = $1', [id, JSON.stringify(properties)]);
}

/** No meter counts the event any more, nor one that may come. */
export function stopCounting(tx: TenantTx, { id, type }: Pick<StoredEvent, 'id' | 'type'>): void {
  tx.post('UPDATE {t}.usage_event SET meter_version = 0 WHERE id = $1', [id]);
  tx.post('DELETE FROM {t}.usage_kept WHERE type = $1 AND id = $2', [type, id]);
}

/** The stretches of these customers' subscriptions that were billed. */
export async function billedTimes(
  tenant: Queryable,
  customerIds: readonly string[],
): Promise<(BilledTime & { readonly customerId: string })[]> {
  const sql = `
    SELECT subscription_id AS "subscriptionId", customer_id AS "customerId",
      coalesce(stretch_from, period_from) AS "from", period_to AS "to"
    FROM {t}.usage_period_close WHERE customer_id = ANY($1)`;
  return tenant.query<BilledTime & Row & { readonly customerId: string }>(sql, [customerIds]);
}
