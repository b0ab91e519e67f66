import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';

/** What was bought by itself for a customer in a currency since then, in minor units; void invoices do not count. */
export async function automaticMinorSince(
  tx: TenantTx,
  {
    customerId,
    currency,
    since,
  }: { readonly customerId: string; readonly currency: Currency; readonly since: Instant },
): Promise<bigint> {
  const [row] = await tx.query<{ total: string }>(
    `SELECT coalesce(sum(total_minor), 0)::text AS total FROM {t}.invoices_invoice
     WHERE customer_id = $1 AND currency = $2 AND origin = 'top_up' AND created_at >= $3 AND status <> 'void'
       AND (state -> 'basis' -> 'charges')::jsonb @> '[{"automatic": true}]'`,
    [customerId, currency, since],
  );
  return BigInt(row?.total ?? '0');
}
