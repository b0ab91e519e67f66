import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { findBalances, type BalanceRow } from './store.js';

const BALANCES = Symbol('balances by customer');

/** One query for the balances of all customers of a request. */
export function balanceLoader(
  db: Database,
  context: RequestContext,
): DataLoader<string, readonly BalanceRow[]> {
  return context.once(BALANCES, () => {
    const scope = readScope(context);
    return new DataLoader(async (customerIds: readonly string[]) => {
      const rows = await findBalances(db.reader(scope), customerIds);
      return customerIds.map((id) => rows.filter(({ customerId }) => customerId === id));
    });
  });
}
