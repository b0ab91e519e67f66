import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { sharedReadsOf } from '@tollgate/runtime/graphql/shared-reads';
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
          const found = await customersOf(db, readScope(context), ids);
          return ids.map((id) => found.get(id) ?? null);
        },
        { maxBatchSize: BATCH_MAX },
      ),
  );
}

/** The rows of these customers by id, together with those that other requests of the tenant ask for in this moment. */
function customersOf(db: Database, scope: Scope, ids: readonly string[]) {
  return sharedReadsOf(db).rows({
    name: [scope.tenantId, 'customers'],
    keys: ids,
    read: async (keys) => new Map((await customersByIds(db.reader(scope), keys)).map((row) => [row.id, row])),
  });
}
