import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { balancesAt as readBalances, type Balances } from './store/balance.js';

/** What the accounts stood at; now, by the tenant's clock, where no instant is given. */
export async function balancesAt(
  db: Database,
  scope: Scope,
  asked: { readonly currency: Currency; readonly at: Instant | null },
): Promise<{ readonly balances: Balances; readonly at: Instant }> {
  return db.tenant(scope, async (tx) => {
    const at = asked.at ?? (await tx.now());
    return { balances: await readBalances(tx, asked.currency, at), at };
  });
}
