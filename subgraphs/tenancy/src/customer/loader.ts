import DataLoader from 'dataloader';
import { customerLimit, readScope } from '@tollgate/runtime/command/access';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { sharedReadsOf } from '@tollgate/runtime/graphql/shared-reads';
import type { Instant } from '@tollgate/kernel/time/time';
import type { PayerTerm } from './domain/payer.js';
import { customersByIds, paidForBy, payersOf, type CustomerRow } from './store.js';

const CUSTOMERS = Symbol('customers');
const PAID_FOR = Symbol('customers that a portal token pays for');
const PAYERS = Symbol('who pays for customers');

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

/** Whether the customer of a portal token pays for these; nobody else's token does. */
export function paidForLoader(db: Database, context: RequestContext): DataLoader<string, boolean> {
  return context.once(
    PAID_FOR,
    () =>
      new DataLoader<string, boolean>(
        async (ids) => {
          const payer = customerLimit(context);
          if (payer === null) return ids.map(() => true);
          const theirs = await paidForBy(db.reader(readScope(context)), payer, ids);
          return ids.map((id) => theirs.has(id));
        },
        { maxBatchSize: BATCH_MAX },
      ),
  );
}

/** Who pays for customers, and what time it is for the tenant. */
export function payersLoader(db: Database, context: RequestContext): DataLoader<string, PayersNow> {
  return context.once(
    PAYERS,
    () =>
      new DataLoader<string, PayersNow>(
        (ids) =>
          db.tenant(readScope(context), async (tx) => {
            const [payers, now] = await Promise.all([payersOf(tx, ids), tx.now()]);
            return ids.map((id) => ({ terms: payers.get(id) ?? [], now }));
          }),
        { maxBatchSize: BATCH_MAX },
      ),
  );
}

/** Who pays for a customer, the earliest first, and the present time by the tenant's clock. */
export interface PayersNow {
  readonly terms: readonly PayerTerm[];
  readonly now: Instant;
}
