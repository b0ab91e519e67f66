import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Database, Queryable } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';

/** Who reads, and where. */
export interface Reader {
  readonly db: Database;
  readonly context: RequestContext;
}

export type ById<T> = DataLoader<string, T | null>;
export type Grouped<T> = DataLoader<string, readonly T[]>;

const BATCH_MAX = 1_000;

/** Things by their ids; what is not found is null. */
export function byId<T extends { readonly id: string }>(
  { db, context }: Reader,
  read: (tx: Queryable, ids: readonly string[]) => Promise<T[]>,
): ById<T> {
  return new DataLoader<string, T | null>(
    async (ids) => {
      const found = await read(db.reader(readScope(context)), ids);
      const byKey = new Map(found.map((one) => [one.id, one]));
      return ids.map((id) => byKey.get(id) ?? null);
    },
    { maxBatchSize: BATCH_MAX },
  );
}

/** Lists by the key that their members share. */
export function grouped<T>(
  { db, context }: Reader,
  read: (tx: Queryable, keys: readonly string[]) => Promise<T[]>,
  keyOf: (one: T) => string,
): Grouped<T> {
  return new DataLoader<string, readonly T[]>(
    async (keys) => {
      const groups = new Map(keys.map((key): [string, T[]] => [key, []]));
      const found = await read(db.reader(readScope(context)), keys);
      for (const one of found) groups.get(keyOf(one))?.push(one);
      return keys.map((key) => groups.get(key) ?? []);
    },
    { maxBatchSize: BATCH_MAX },
  );
}
