import { readStreams, type History } from '@tollgate/runtime/journal/journal';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { InvoiceEvent } from '../invoice/domain/state.js';
import { STATE, type StateRow } from '../invoice/store.js';

/** What a row shows of an invoice, and what lists find it by. */
export interface ShownRow extends StateRow {
  readonly status: string;
  readonly number: string | null;
  readonly currency: string;
  readonly totalMinor: string;
}

/** A page of a tenant's invoices by id, from their journal: those of which a row is missing, too. */
export async function invoicesAfter(
  tx: TenantTx,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await tx.query<{ stream: string }>(
    `SELECT stream FROM {t}.event WHERE version = 1 AND stream > $1 AND starts_with(stream, 'inv_')
     ORDER BY stream LIMIT $2`,
    [after ?? 'inv_', limit],
  );
  return rows.map(({ stream }) => stream);
}

/** Events of invoices as they were written, and their rows. */
export async function writtenOf(
  tx: TenantTx,
  ids: readonly string[],
): Promise<{
  readonly histories: ReadonlyMap<string, History<InvoiceEvent>>;
  readonly rows: ReadonlyMap<string, ShownRow>;
}> {
  const [histories, rows] = await Promise.all([
    readStreams<InvoiceEvent>(tx, ids),
    tx.query<ShownRow>(
      `SELECT ${STATE}, status, number, currency, total_minor::text AS "totalMinor"
       FROM {t}.invoices_invoice WHERE id = ANY($1)`,
      [ids],
    ),
  ]);
  return { histories, rows: new Map(rows.map((row) => [row.id, row])) };
}
