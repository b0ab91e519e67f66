import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { customersByIds, type CustomerRow } from './store.js';

const CUSTOMERS = Symbol('customers');

/** Keys of one statement. */
const BATCH_MAX = 1_000;

/** Customers of the caller's tenant by id: all that a request asks for in one statement. */
export function customerLoader(
  db: Database,
  context: RequestContext,
): DataLoader<string, CustomerRow | null> {
  return context.once(
    CUSTOMERS,
    () =>
      new DataLoader<string, CustomerRow | null>(
        async (ids) => {
          const rows = await customersByIds(db.reader(readScope(context)), ids);
          const found = new Map(rows.map((row) => [row.id, row]));
          return ids.map((id) => found.get(id) ?? null);
        },
        { maxBatchSize: BATCH_MAX },
      ),
  );
}
