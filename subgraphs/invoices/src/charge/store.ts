import type { Projection } from '@tollgate/runtime/command/projection';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { OneOff } from './domain/charge.js';

/** The table of charges. */
export const CHARGES: Projection<OneOff | null> = {
  table: 'invoices_charge',
  key: ['id'],
  columns: ['id', 'customer_id', 'currency', 'created_at', 'invoice_id'],
  rows: (charge, { id }) =>
    charge === null
      ? []
      : [
          {
            id,
            customer_id: charge.customerId,
            currency: charge.currency,
            created_at: charge.createdAt,
            invoice_id: charge.invoiceId,
          },
        ],
};

/** Charges of these customers that wait for an invoice, the oldest first. */
export async function findWaiting(tx: TenantTx, customerIds: readonly string[]): Promise<string[]> {
  if (customerIds.length === 0) return [];
  const rows = await tx.query<{ id: string }>(
    'SELECT id FROM {t}.invoices_charge WHERE customer_id = ANY($1) AND invoice_id IS NULL ORDER BY id',
    [customerIds],
  );
  return rows.map(({ id }) => id);
}
