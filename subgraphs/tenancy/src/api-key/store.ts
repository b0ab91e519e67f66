import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { pageSql, shownOf, type List, type Page } from '@tollgate/runtime/graphql/list';

/** An API key without its secret. */
export interface ApiKeyRecord {
  readonly id: string;
  readonly name: string;
  readonly lastFour: string;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly revokedAt: Instant | null;
}

const RECORD = `
  SELECT id, name, last_four AS "lastFour", created_at AS "createdAt", created_by AS "createdBy",
         revoked_at AS "revokedAt"
  FROM {c}.api_key`;

/** A key that works from the commit on. */
export async function insertApiKey(
  tx: Queryable,
  key: {
    readonly id: string;
    readonly tenantId: string;
    readonly name: string;
    readonly hash: string;
    readonly salt: string | null;
    readonly lastFour: string;
    readonly createdBy: string;
  },
): Promise<void> {
  await tx.query(
    `INSERT INTO {c}.api_key (id, tenant_id, name, hash, salt, last_four, created_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [key.id, key.tenantId, key.name, key.hash, key.salt, key.lastFour, key.createdBy],
  );
}

/** A tenant's API keys. */
export const API_KEYS: List = { name: 'apiKeys', idPrefix: 'key', orderBy: 'CREATED_AT_DESC' };

/** A page of a tenant's keys: all, those that work, or those that were revoked. */
export async function apiKeysOf(
  tx: Queryable,
  page: Page,
  { tenantId, works }: { readonly tenantId: string; readonly works: boolean | null },
): Promise<readonly ApiKeyRecord[]> {
  const { sql, params } = pageSql(page, {
    id: 'id',
    where: [
      [tenantId, (parameter) => `tenant_id = ${parameter}`],
      [works, (parameter) => `(revoked_at IS NULL) = ${parameter}`],
    ],
  });
  return shownOf(await tx.query<ApiKeyRecord>(`${RECORD} WHERE true${sql}`, params), page);
}

/** One key of a tenant; null where the tenant has none of this id. */
export async function apiKeyById(tx: Queryable, tenantId: string, id: string): Promise<ApiKeyRecord | null> {
  const [key] = await tx.query<ApiKeyRecord>(`${RECORD} WHERE tenant_id = $1 AND id = $2`, [tenantId, id]);
  return key ?? null;
}

/** What is stored of a key's secret. */
export interface StoredSecret {
  readonly hash: string;
  readonly salt: string | null;
}

/** What is stored of a key's secret; null where there is no such key. */
export async function storedSecret(tx: Queryable, id: string): Promise<StoredSecret | null> {
  const [row] = await tx.query<StoredSecret>('SELECT hash, salt FROM {c}.api_key WHERE id = $1', [id]);
  return row ?? null;
}

/** How many keys of a tenant work. */
export async function workingKeys(tx: Queryable, tenantId: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM {c}.api_key WHERE tenant_id = $1 AND revoked_at IS NULL',
    [tenantId],
  );
  return row?.count ?? 0;
}

/** Refuses a key from the commit on; false where it was refused already, and stays as it is. */
export async function revokeKey(tx: Queryable, tenantId: string, id: string): Promise<boolean> {
  const rows = await tx.query(
    'UPDATE {c}.api_key SET revoked_at = now() WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL RETURNING id',
    [tenantId, id],
  );
  return rows.length > 0;
}

/** Whose working keys these hashes are, by hash; keys of suspended tenants do not work. */
export async function keyOwners(
  tx: Queryable,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, { readonly tenant: string; readonly keyId: string }>> {
  const owners = await tx.query<{ hash: string; tenant: string; keyId: string }>(
    `SELECT k.hash, k.tenant_id AS tenant, k.id AS "keyId"
     FROM {c}.api_key k JOIN {c}.tenant t ON t.id = k.tenant_id
     WHERE k.hash = ANY($1) AND k.revoked_at IS NULL AND t.state <> 'suspended'`,
    [hashes],
  );
  return new Map(owners.map(({ hash, ...owner }) => [hash, owner]));
}
