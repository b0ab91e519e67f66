import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable, Row, TenantTx } from '@tollgate/runtime/database/db';
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
}

/** An event by the tenant's id of it; null where there is none. */
export async function readEvent(tenant: Queryable, id: string): Promise<StoredEvent | null> {
  const [row] = await tenant.query<StoredEvent & Row>(READ_SQL, [id]);
  return row ?? null;
}

const READ_SQL = `
  SELECT e.id, e.customer_id AS "customerId", e.type, e.occurred_at AS "occurredAt", e.properties,
    e.meter_version AS "meterVersion", c.id AS "correctionId", c.first_properties AS "firstProperties", c.voided,
    c.changed_at AS "changedAt"
  FROM {t}.usage_event e LEFT JOIN {t}.usage_event_correction c ON c.event_id = e.id WHERE e.id = $1`;

/** The event says this from now on. */
export function saveProperties(tx: TenantTx, id: string, properties: KeptProperties): void {
  tx.post('UPDATE {t}.usage_event SET properties = $2 WHERE id = $1', [id, JSON.stringify(properties)]);
}

/** No meter counts the event any more, nor one that may come. */
export function stopCounting(tx: TenantTx, { id, type }: Pick<StoredEvent, 'id' | 'type'>): void {
  tx.post('UPDATE {t}.usage_event SET meter_version = 0 WHERE id = $1', [id]);
  tx.post('DELETE FROM {t}.usage_kept WHERE type = $1 AND id = $2', [type, id]);
}
