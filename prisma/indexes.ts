import type { Migrator } from './migrate.js';

/** A statement by itself, outside of any transaction. */
export type Alone = Migrator['query'];

/** An index of less is made in no time; where it is larger, writers must not wait for it. */
const LARGE_BYTES = 1024 * 1024;
const CREATE_INDEX = /^CREATE INDEX (\w+) ON (\w+) (\([^;]*\));$/;

/**
 * Makes the indexes that a migration will create on a partitioned table ahead of it, partition by partition and while
 * others write: the migration then finds them and only ties them together. One that an earlier run left half made is
 * made again.
 */
export async function buildAhead(alone: Alone, schema: string, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    const [, index, table, columns] = CREATE_INDEX.exec(statement) ?? [];
    if (index === undefined || table === undefined) continue;
    for (const { partition } of await alone<{ partition: string }>(LARGE_SQL, [schema, table, LARGE_BYTES])) {
      const name = `${partition}_${index}`;
      const [made] = await alone<{ valid: boolean }>(VALID_SQL, [`"${schema}"."${name}"`]);
      if (made?.valid === false) await alone(`DROP INDEX CONCURRENTLY "${schema}"."${name}"`);
      if (made?.valid !== true)
        await alone(`CREATE INDEX CONCURRENTLY "${name}" ON "${schema}"."${partition}" ${columns ?? ''}`);
    }
  }
}

const LARGE_SQL = `
  SELECT c.relname AS partition
  FROM pg_class p JOIN pg_namespace n ON n.oid = p.relnamespace JOIN pg_inherits i ON i.inhparent = p.oid
  JOIN pg_class c ON c.oid = i.inhrelid
  WHERE n.nspname = $1 AND p.relname = $2 AND p.relkind = 'p' AND pg_table_size(c.oid) > $3 ORDER BY c.relname`;
const VALID_SQL = 'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)';
