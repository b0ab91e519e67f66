import { newId } from '../base/new-id.js';
import type { Database, Queryable } from '../database/db.js';

/** For how many days records are kept that nothing depends on any more. */
export interface Keep {
  /** Answers to idempotency keys: a key that comes later counts as new. */
  readonly idempotencyDays: number;
  /** Webhooks that were worked off. */
  readonly webhookDays: number;
  /** The trail of staff's commands. */
  readonly staffAuditDays: number;
}

/** Bounds of one statement, and of one run for each kind: what is left goes the next day. */
const BATCH_MAX = 5_000;
const BATCHES_MAX = 1_000;
const TENANTS_PAGE = 500;
const DAY_MS = 86_400_000;

export interface Pruned {
  readonly keys: number;
  readonly webhooks: number;
  readonly staffLines: number;
}

/** Forgets what is old, once a day for each shard however many run; null where it was done today. */
export async function pruneRecords(db: Database, shard: string, keep: Keep): Promise<Pruned | null> {
  const rows = db.single(shard);
  const today = Math.floor(Date.now() / DAY_MS);
  if ((await rows.query(CLAIM_SQL, [today])).length === 0) return null;
  const webhooks = await counted(rows, WEBHOOKS_SQL, keep.webhookDays);
  const keys = await pruneKeys(db, shard, keep.idempotencyDays);
  if (shard !== 'main') return { keys, webhooks, staffLines: 0 };
  const platformKeys = await counted(
    rows,
    'SELECT {c}.prune_idempotency($1, $2) AS pruned',
    keep.idempotencyDays,
  );
  const staffLines = await counted(
    rows,
    'SELECT {c}.prune_staff_audit($1, $2) AS pruned',
    keep.staffAuditDays,
  );
  return { keys: keys + platformKeys, webhooks, staffLines };
}

/** Those of every tenant on the shard, each under its own role. */
async function pruneKeys(db: Database, shard: string, days: number): Promise<number> {
  let pruned = 0;
  for (let after = ''; ;) {
    const tenants = await db.controlReader.query<{ id: string }>(TENANTS_SQL, [shard, after, TENANTS_PAGE]);
    for (const { id } of tenants) {
      const scope = { tenantId: id, actor: 'system', correlation: newId('evt'), cause: 'upkeep' };
      const asTenant: Queryable = {
        query: (text, params) => db.tenant(scope, (tx) => tx.query(text, params)),
      };
      pruned += await counted(asTenant, KEYS_SQL, days);
    }
    const last = tenants.at(-1);
    if (tenants.length < TENANTS_PAGE || last === undefined) return pruned;
    after = last.id;
  }
}

/** In small transactions, for a long one would hold back every reader of the outbox. */
async function counted(rows: Queryable, text: string, days: number): Promise<number> {
  let all = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch += 1) {
    const [row] = await rows.query<{ pruned: bigint }>(text, [days, BATCH_MAX]);
    all += Number(row?.pruned ?? 0);
    if (Number(row?.pruned ?? 0) < BATCH_MAX) break;
  }
  return all;
}

const CLAIM_SQL = `
  INSERT INTO {s}.consumer_offset AS o (consumer, source, partition, major, minor) VALUES ('upkeep', 'records', 0, $1, 0)
  ON CONFLICT (consumer, source, partition) DO UPDATE SET major = excluded.major, updated_at = clock_timestamp()
  WHERE o.major < excluded.major RETURNING 1`;
const TENANTS_SQL = `
  SELECT t.id FROM {c}.tenant t JOIN {c}.placement p ON p.tenant_id = t.id
  WHERE p.shard = $1 AND t.state = 'active' AND t.id > $2 ORDER BY t.id LIMIT $3`;
const KEYS_SQL = `
  WITH old AS (
    DELETE FROM {t}.idempotency WHERE (command, key) IN (
      SELECT command, key FROM {t}.idempotency
      WHERE recorded_at < clock_timestamp() - make_interval(days => $1) ORDER BY recorded_at LIMIT $2)
    RETURNING 1)
  SELECT count(*) AS pruned FROM old`;
const WEBHOOKS_SQL = `
  WITH old AS (
    DELETE FROM {s}.webhook WHERE (provider, event_id) IN (
      SELECT provider, event_id FROM {s}.webhook
      WHERE processed_at < clock_timestamp() - make_interval(days => $1) ORDER BY processed_at LIMIT $2)
    RETURNING 1)
  SELECT count(*) AS pruned FROM old`;
