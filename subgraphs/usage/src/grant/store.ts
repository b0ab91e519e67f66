import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable, Row } from '@tollgate/runtime/database/db';
import { pageSql, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryEntitlementGrantsArgs } from '../generated/graphql.js';
import type { Grant } from './domain/grant.js';

/** Grants of a customer that hold at an instant, of a feature or of a meter, the oldest first. */
export async function grantsInForce(
  tx: Queryable,
  of: Pick<Grant, 'customerId'> & ({ readonly feature: string } | { readonly meterId: string }),
  now: Instant,
): Promise<Grant[]> {
  const [column, wanted] = 'feature' in of ? ['feature', of.feature] : ['meter_id', of.meterId];
  const sql = `${SELECT} WHERE customer_id = $1 AND ${column} = $2 AND starts_at <= $3
    AND (expires_at IS NULL OR expires_at > $3) AND (revoked_at IS NULL OR revoked_at > $3)
    ORDER BY id LIMIT ${GRANTS_MAX}`;
  return tx.query<Grant & Row>(sql, [of.customerId, wanted, now]);
}

/** More grants of one feature that hold at one time are a mistake. */
const GRANTS_MAX = 1_000;

const SELECT = `
  SELECT id, customer_id AS "customerId", feature, meter_id AS "meterId", trim_scale(quantity)::text AS quantity,
    starts_at AS "startsAt", expires_at AS "expiresAt", revoked_at AS "revokedAt", note, created_at AS "createdAt"
  FROM {t}.usage_entitlement_grant`;

/** A grant by its id; null where there is none. */
export async function readGrant(tx: Queryable, id: string): Promise<Grant | null> {
  const [row] = await tx.query<Grant & Row>(`${SELECT} WHERE id = $1`, [id]);
  return row ?? null;
}

/** What customers may use beside their plans. */
export const GRANT_LIST: List = { name: 'entitlementGrants', idPrefix: 'egr', orderBy: 'CREATED_AT_ASC' };

/** A page of grants, and one more. */
export async function grantPage(
  tx: Queryable,
  page: Page,
  filter: Pick<QueryEntitlementGrantsArgs, 'customerId' | 'feature'> & { readonly holdsAt: Instant | null },
): Promise<Grant[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [filter.customerId, (parameter) => `customer_id = ${parameter}`],
      [filter.feature, (parameter) => `feature = ${parameter}`],
      [
        filter.holdsAt,
        (at) =>
          `starts_at <= ${at}::timestamptz AND ${isAfter('expires_at', at)} AND ${isAfter('revoked_at', at)}`,
      ],
    ],
  });
  return tx.query<Grant & Row>(`${SELECT} WHERE true${sql}`, params);
}

function isAfter(column: string, at: string): string {
  return `(${column} IS NULL OR ${column} > ${at}::timestamptz)`;
}
