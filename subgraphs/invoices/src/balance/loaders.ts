import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import type { Currency } from '@tollgate/kernel/money/currency';
import { oncePerPage, type Page } from '@tollgate/runtime/graphql/list';
import { findBalances, type BalanceRow } from './store.js';
import { pageMovements, type Movement } from './store/movement.js';

export { CREDIT_MOVEMENTS } from './store/movement.js';

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

const MOVEMENTS = Symbol('movements by customer');

/** One query for the same page of the statements of all customers of a request. */
export function movementLoader(
  { db, context }: { readonly db: Database; readonly context: RequestContext },
  page: Page,
  currency: Currency,
): DataLoader<string, readonly Movement[]> {
  return oncePerPage(context, { key: MOVEMENTS, page, filter: currency }, () => {
    const scope = readScope(context);
    return new DataLoader(async (customerIds: readonly string[]) => {
      const rows = await pageMovements(db.reader(scope), { customerIds, currency }, page);
      return customerIds.map((id) => rows.filter(({ customerId }) => customerId === id));
    });
  });
}
