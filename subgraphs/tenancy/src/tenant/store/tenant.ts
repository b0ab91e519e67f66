import type { Instant } from '@tollgate/kernel/time/time';
import { instantFromMs } from '@tollgate/kernel/time/time';
import { UnknownTenant, type Database, type Queryable, type TenantTx } from '@tollgate/runtime/database/db';
import { startClock } from '@tollgate/runtime/timers/test-clock';
import { matching, pageSql, within, type List, type Page } from '@tollgate/runtime/graphql/list';
import type { QueryTenantsArgs } from '../../generated/graphql.js';
import type { Settings } from '../domain/settings.js';

/** A tenant as the control schema knows it. */
export interface TenantRecord {
  readonly id: string;
  readonly schema: string;
  readonly shard: string;
  readonly state: 'provisioning' | 'active' | 'suspended' | 'moving';
  readonly settings: Settings;
  readonly revision: number;
  readonly clockStartsAt: Instant | null;
  readonly createdAt: Instant;
}

/** What settings say that an earlier release wrote without it. */
const EARLIER: Pick<Settings, 'groupInvoices' | 'dueDays' | 'tax' | 'dunning' | 'documents' | 'mail'> = {
  groupInvoices: false,
  dueDays: 0,
  tax: null,
  documents: null,
  dunning: null,
  mail: null,
};

const RECORD = `
  SELECT t.id, t.schema_name AS schema, p.shard, t.state, t.revision,
         '${JSON.stringify(EARLIER)}'::jsonb || t.settings::jsonb AS settings,
         t.clock_starts_at AS "clockStartsAt", t.created_at AS "createdAt"
  FROM {c}.tenant t JOIN {c}.placement p ON p.tenant_id = t.id`;

/** The tenants of these ids, in one statement; unknown ones are missing. */
export async function tenantsByIds(tx: Queryable, ids: readonly string[]): Promise<TenantRecord[]> {
  return tx.query<TenantRecord>(`${RECORD} WHERE t.id = ANY($1)`, [ids]);
}

/** One tenant; null where there is none. */
export async function tenantById(tx: Queryable, id: string): Promise<TenantRecord | null> {
  const [record] = await tenantsByIds(tx, [id]);
  return record ?? null;
}

/** A tenant that nobody else changes until the transaction ends. */
export async function tenantForUpdate(tx: Queryable, id: string): Promise<TenantRecord | null> {
  const [record] = await tx.query<TenantRecord>(`${RECORD} WHERE t.id = $1 FOR UPDATE OF t`, [id]);
  return record ?? null;
}

/** The settings of the tenant whose transaction this is, as it was told of them last. */
export async function settingsIn(tx: TenantTx): Promise<Settings> {
  const [fact] = await tx.query<{ data: { readonly settings: Settings } }>(
    'SELECT data FROM {t}.event WHERE stream = $1 ORDER BY version DESC LIMIT 1',
    [tx.scope.tenantId],
  );
  if (fact === undefined) throw new UnknownTenant(tx.scope.tenantId);
  return { ...EARLIER, ...fact.data.settings };
}

/** All tenants. */
export const TENANTS: List = { name: 'tenants', idPrefix: 'ten', orderBy: 'CREATED_AT_ASC' };

export type TenantFilter = Pick<QueryTenantsArgs, 'created' | 'state' | 'search'>;

/** A page of all tenants, and one more. */
export async function tenantPage(
  tx: Queryable,
  page: Page,
  { created, state, search }: TenantFilter,
): Promise<TenantRecord[]> {
  const { sql, params } = pageSql(page, {
    id: 't.id',
    where: [
      ...within('t.created_at', created),
      [state, (parameter) => `t.state = lower(${parameter})`],
      matching(["(t.settings ->> 'name')", 't.id'], 'contains', search),
    ],
  });
  return tx.query<TenantRecord>(`${RECORD} WHERE true${sql}`, params);
}

/** A tenant that is begun: known to the platform, without a schema yet. */
export async function insertTenant(
  tx: Queryable,
  tenant: Pick<TenantRecord, 'id' | 'schema' | 'shard' | 'settings' | 'clockStartsAt'>,
): Promise<void> {
  const { id, schema, shard, settings, clockStartsAt } = tenant;
  await tx.query(
    `INSERT INTO {c}.tenant (id, name, schema_name, state, sandbox, settings, clock_starts_at)
     VALUES ($1, $2, $3, 'provisioning', $4, $5, $6)`,
    [id, settings.name, schema, settings.sandbox, JSON.stringify(settings), clockStartsAt],
  );
  await tx.query('INSERT INTO {c}.placement (tenant_id, shard) VALUES ($1, $2)', [id, shard]);
}

/** Writes changed settings under the next revision. */
export async function updateSettings(tx: Queryable, record: TenantRecord): Promise<void> {
  const { id, settings, revision } = record;
  await tx.query('UPDATE {c}.tenant SET name = $2, settings = $3, revision = $4 WHERE id = $1', [
    id,
    settings.name,
    JSON.stringify(settings),
    revision,
  ]);
}

/** Opens a tenant whose schema is ready. */
export async function activateTenant(tx: Queryable, id: string): Promise<void> {
  await tx.query(`UPDATE {c}.tenant SET state = 'active' WHERE id = $1 AND state = 'provisioning'`, [id]);
}

/** Notes up to which revision the settings were published. */
export async function notePublished(tx: Queryable, id: string, revision: number): Promise<void> {
  await tx.query('UPDATE {c}.tenant SET published_revision = $2 WHERE id = $1 AND published_revision < $2', [
    id,
    revision,
  ]);
}

/** Tenants that somebody began and did not finish: without a schema for a while, or with unpublished settings. */
export async function unfinishedTenants(
  tx: Queryable,
  bounds: { readonly patienceSeconds: number; readonly limit: number },
): Promise<{ id: string; state: TenantRecord['state'] }[]> {
  return tx.query(
    `SELECT id, state FROM {c}.tenant
     WHERE (state = 'provisioning' OR published_revision < revision)
       AND (state = 'active' OR (state = 'provisioning' AND created_at < now() - make_interval(secs => $1)))
     ORDER BY id LIMIT $2`,
    [bounds.patienceSeconds, bounds.limit],
  );
}

/** Starts a sandbox's clock; one that runs already is left alone. */
export async function startTestClock(db: Database, record: TenantRecord): Promise<void> {
  if (!record.settings.sandbox) return;
  const now = record.clockStartsAt ?? instantFromMs(Date.now());
  await db.shard(record.shard, (raw) => startClock(raw, record.id, now));
}
