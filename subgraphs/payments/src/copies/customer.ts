import type { CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import type { TimeZone } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';

/** A customer, as far as payments needs it. */
export interface CustomerCopy {
  /** Null where an earlier release kept it. */
  readonly timeZone: TimeZone | null;
  /** `manual`: it sees to it that its invoices are paid. */
  readonly collection: 'automatic' | 'manual';
}

/** Keeps the newest record of a customer, with the transaction's next write. */
export function saveCustomer(tx: TenantTx, customer: CustomerRecord): void {
  tx.post(
    `INSERT INTO {t}.payments_customer AS c (customer_id, revision, name, time_zone, collection, email, language)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (customer_id) DO UPDATE SET revision = excluded.revision, name = excluded.name,
       time_zone = excluded.time_zone, collection = excluded.collection, email = excluded.email,
       language = excluded.language
     WHERE c.revision < excluded.revision`,
    [
      customer.customerId,
      customer.revision,
      customer.name,
      customer.timeZone,
      customer.collection ?? 'automatic',
      customer.email,
      customer.language ?? null,
    ],
  );
}

/** Customers by id; unknown ones are missing. */
export async function findCustomers(
  tx: TenantTx,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CustomerCopy>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<CustomerCopy & { readonly id: string }>(
    `SELECT customer_id AS id, time_zone AS "timeZone", collection FROM {t}.payments_customer
     WHERE customer_id = ANY($1)`,
    [ids],
  );
  return new Map(rows.map(({ id, ...copy }) => [id, copy]));
}

/** Whether the customer has come to our knowledge. */
export async function isCustomerKnown(tx: TenantTx, customerId: string): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM {t}.payments_customer WHERE customer_id = $1', [customerId]);
  return rows.length === 1;
}
