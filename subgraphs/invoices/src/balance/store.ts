import type { Projection } from '@tollgate/runtime/command/projection';
import type { Queryable } from '@tollgate/runtime/database/db';
import type { Balance } from './domain/balance.js';

/** The table of balances. */
export const BALANCES: Projection<Balance | null> = {
  table: 'invoices_balance',
  key: ['id'],
  columns: ['id', 'customer_id', 'currency', 'amount_minor'],
  rows: (balance, { id }) =>
    balance === null
      ? []
      : [
          {
            id,
            customer_id: balance.customerId,
            currency: balance.currency,
            amount_minor: balance.amountMinor.toString(),
          },
        ],
};

/** A balance as its row has it. */
export interface BalanceRow {
  readonly id: string;
  readonly customerId: string;
  readonly currency: string;
  readonly amountMinor: bigint;
}

/** Balances of customers in all currencies; customers that never had credit have none. */
export async function findBalances(tx: Queryable, customerIds: readonly string[]): Promise<BalanceRow[]> {
  if (customerIds.length === 0) return [];
  const rows = await tx.query<Omit<BalanceRow, 'amountMinor'> & { readonly amount: string }>(
    `SELECT id, customer_id AS "customerId", currency, amount_minor::text AS amount
     FROM {t}.invoices_balance WHERE customer_id = ANY($1)`,
    [customerIds],
  );
  return rows.map(({ amount, ...row }) => ({ ...row, amountMinor: BigInt(amount) }));
}
