import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable, Row } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryUsageReservationsArgs } from '../generated/graphql.js';
import type { Reservation } from './domain/reservation.js';

/** Units of each meter that are held for a customer. */
export async function heldOf(
  tx: Queryable,
  customerId: string,
  now: Instant,
): Promise<ReadonlyMap<string, Decimal>> {
  const rows = await tx.query<{ meter_id: string; held: Decimal }>(HELD_SQL, [customerId, now]);
  return new Map(rows.map(({ meter_id: meterId, held }) => [meterId, held]));
}

const HELD_SQL = `
  SELECT meter_id, trim_scale(sum(quantity))::text AS held FROM {t}.usage_reservation
  WHERE customer_id = $1 AND status = 'held' AND expires_at > $2 GROUP BY meter_id`;

const SELECT = `
  SELECT id, customer_id AS "customerId", meter_id AS "meterId", feature, trim_scale(quantity)::text AS quantity, status,
    trim_scale(used)::text AS used, event_id AS "eventId", created_at AS "createdAt", expires_at AS "expiresAt",
    ended_at AS "endedAt"
  FROM {t}.usage_reservation`;

/** A reservation by its id; null where there is none. */
export async function readReservation(tx: Queryable, id: string): Promise<Reservation | null> {
  const [row] = await tx.query<Reservation & Row>(`${SELECT} WHERE id = $1`, [id]);
  return row ?? null;
}

/** What was reserved. */
export const RESERVATION_LIST: List = {
  name: 'usageReservations',
  idPrefix: 'rsv',
  orderBy: 'CREATED_AT_DESC',
};

/** A page of reservations, and one more. */
export async function reservationPage(
  tx: Queryable,
  page: Page,
  filter: Pick<QueryUsageReservationsArgs, 'customerId' | 'meterId' | 'status'>,
): Promise<Reservation[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.meterId, (parameter) => `meter_id = ${parameter}`],
      [filter.status?.toLowerCase(), (parameter) => `status = ${parameter}`],
    ],
  });
  return tx.query<Reservation & Row>(`${SELECT} WHERE true${sql}`, params);
}
