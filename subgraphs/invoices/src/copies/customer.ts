import { customerChanged, type CustomerRecord } from '@tollgate/contracts/tenancy/customer';
import type { TimeZone } from '@tollgate/kernel/time/time';
import type { FactToWaitFor } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoices } from '../invoice/store.js';
import type { Customer } from '../tax/domain/place-of-supply.js';

/** A customer, as far as invoices need it. */
export interface CustomerCopy {
  readonly revision: number;
  readonly country: string;
  /** Null where an earlier release kept it. */
  readonly currency: string | null;
  /** Null where an earlier release kept it. */
  readonly timeZone: TimeZone | null;
  readonly collection: 'automatic' | 'manual';
  /** Null = the tenant's. */
  readonly dueDays: number | null;
  /** What decides about its tax. */
  readonly tax: Customer;
}

/** Keeps the newest record of each customer, with the transaction's next write; several revisions of one may come together. */
export function keepCustomers(tx: TenantTx, customers: readonly CustomerRecord[]): void {
  lockInvoices(tx);
  tx.post(
    `INSERT INTO {t}.invoices_customer AS known
       (customer_id, revision, name, country, currency, time_zone, collection, due_days, tax)
     SELECT DISTINCT ON (i) i, r, n, c, m, z, k, d, t
     FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[],
       $9::jsonb[]) AS given(i, r, n, c, m, z, k, d, t)
     ORDER BY i, r DESC
     ON CONFLICT (customer_id) DO UPDATE SET revision = excluded.revision, name = excluded.name,
       country = excluded.country, currency = excluded.currency, time_zone = excluded.time_zone,
       collection = excluded.collection, due_days = excluded.due_days, tax = excluded.tax WHERE known.revision < excluded.revision`,
    [
      customers.map((one) => one.customerId),
      customers.map((one) => one.revision),
      customers.map((one) => one.name),
      customers.map((one) => one.country),
      customers.map((one) => one.currency),
      customers.map((one) => one.timeZone),
      customers.map((one) => one.collection ?? 'automatic'),
      customers.map((one) => one.dueDays ?? null),
      customers.map((one) => (one.tax === undefined ? null : JSON.stringify(one.tax))),
    ],
  );
}

/** Copies by customer id; unknown ones are missing. */
export async function findCustomers(
  tx: TenantTx,
  ids: readonly string[],
): Promise<Map<string, CustomerCopy>> {
  const rows = await tx.query<CustomerRow>(
    `SELECT customer_id, revision, country, currency, time_zone AS "timeZone", collection, due_days AS "dueDays", tax
     FROM {t}.invoices_customer WHERE customer_id = ANY($1)`,
    [ids],
  );
  return new Map(
    rows.map(({ customer_id: id, tax, ...copy }) => [id, { ...copy, tax: tax ?? consumerIn(copy) }]),
  );
}

/** Null where it is a consumer in its country. */
type CustomerRow = Omit<CustomerCopy, 'tax'> & {
  readonly customer_id: string;
  readonly tax: Customer | null;
};

/** Of whom nothing was said: a consumer where it is. */
function consumerIn({ country: jurisdiction }: Pick<CustomerCopy, 'country'>): Customer {
  return { jurisdiction, business: false, vatId: 'none', exempt: false };
}

/** A customer that was created a moment ago is on its way. */
export function customerToKnow(id: string): FactToWaitFor {
  return {
    consumer: 'invoices',
    contract: customerChanged,
    aggregates: [id],
    known: async (tx) => (await findCustomers(tx, [id])).size > 0,
  };
}
