import { customerChanged, type CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import type { Id } from '@tollgate/kernel/id';
import { timeZone, type TimeZone } from '@tollgate/kernel/time/time';
import type { FactToWaitFor } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { CONSUMER } from './consumer.js';

/** What plans knows of a customer. */
export interface Customer {
  readonly id: Id<'cus'>;
  readonly timeZone: TimeZone;
  readonly currency: string;
}

/** A customer that was created a moment ago is on its way. */
export function customerToKnow(id: string): FactToWaitFor {
  return {
    consumer: CONSUMER,
    contract: customerChanged,
    aggregates: [id],
    known: async (tx) => (await tx.query('SELECT 1 FROM {t}.plans_customer WHERE id = $1', [id])).length > 0,
  };
}

/** The customer, kept from other writers until the end of the transaction: its subscriptions are made one by one. */
export async function lockCustomer(tx: TenantTx, id: string): Promise<Customer | null> {
  const [row] = await tx.query<{ id: Id<'cus'>; time_zone: string; currency: string }>(
    'SELECT id, time_zone, currency FROM {t}.plans_customer WHERE id = $1 FOR UPDATE',
    [id],
  );
  return row === undefined ? null : { id: row.id, timeZone: timeZone(row.time_zone), currency: row.currency };
}

/** Customers, kept from other writers until the end of the transaction; in the order of their ids, so that no two wait for each other. */
export async function lockCustomers(tx: TenantTx, ids: readonly string[]): Promise<void> {
  await tx.query('SELECT id FROM {t}.plans_customer WHERE id = ANY($1) ORDER BY id FOR UPDATE', [ids]);
}

/** Keeps the newest revision of each customer, in whatever order they come; with the transaction's next write. */
export function keepCustomers(tx: TenantTx, customers: readonly CustomerRecord[]): void {
  tx.post(KEEP_SQL, [
    customers.map(({ customerId }) => customerId),
    customers.map(({ revision }) => revision),
    customers.map((customer) => customer.timeZone),
    customers.map(({ currency }) => currency),
  ]);
}

const KEEP_SQL = `
  INSERT INTO {t}.plans_customer AS c (id, revision, time_zone, currency)
  SELECT DISTINCT ON (i) i, r, z, m FROM unnest($1::text[], $2::int[], $3::text[], $4::text[]) AS n(i, r, z, m)
  ORDER BY i, r DESC
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, time_zone = excluded.time_zone,
    currency = excluded.currency
  WHERE c.revision < excluded.revision`;
