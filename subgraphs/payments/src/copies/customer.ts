import type { TenantTx } from '@tollgate/runtime/database/db';

/** A customer, as far as payments needs it. */
export interface CustomerCopy {
  readonly customerId: string;
  readonly revision: number;
  readonly name: string;
}

/** Keeps the newest record of a customer, with the transaction's next write. */
export function saveCustomer(tx: TenantTx, customer: CustomerCopy): void {
  tx.post(
    `INSERT INTO {t}.payments_customer AS c (customer_id, revision, name) VALUES ($1, $2, $3)
     ON CONFLICT (customer_id) DO UPDATE SET revision = excluded.revision, name = excluded.name
     WHERE c.revision < excluded.revision`,
    [customer.customerId, customer.revision, customer.name],
  );
}

/** Whether the customer has come to our knowledge. */
export async function isCustomerKnown(tx: TenantTx, customerId: string): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM {t}.payments_customer WHERE customer_id = $1', [customerId]);
  return rows.length === 1;
}
