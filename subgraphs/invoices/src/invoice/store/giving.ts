import type { Queryable } from '@tollgate/runtime/database/db';
import { stored, type StateRow, type StoredInvoice } from '../stored.js';

/** Invoices that stand and may give back something of this one's lines: those of its customer with such lines. */
export async function findGiving(tx: Queryable, invoiceId: string): Promise<StoredInvoice[]> {
  const leg = JSON.stringify([{ kind: 'credit', of: { invoiceId } }]);
  const rows = await tx.query<StateRow>(GIVING_SQL, [invoiceId, leg]);
  return rows.map(stored);
}

const GIVING_SQL = `
  SELECT o.id, o.state::text AS state, o.progress::text AS progress FROM {t}.invoices_invoice i
    JOIN {t}.invoices_invoice o ON o.customer_id = i.customer_id AND o.id <> i.id
    CROSS JOIN LATERAL (SELECT (o.state -> 'basis' -> 'charges')::jsonb AS charges) c
  WHERE i.id = $1 AND o.status <> 'void' AND (c.charges @> $2::jsonb
    OR c.charges @> '[{"kind":"late"}]'::jsonb OR c.charges @> '[{"kind":"late_true_up"}]'::jsonb)`;
