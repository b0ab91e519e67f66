import { UTC, type TimeZone } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';

/** Keeps where the tenant's days begin and end, beside its settings of that revision, with the transaction's next write. */
export function keepTimeZone(
  tx: TenantTx,
  { revision, timeZone }: { readonly revision: number; readonly timeZone: string },
): void {
  tx.post('UPDATE {t}.invoices_settings SET time_zone = $2 WHERE tenant_id = $1 AND revision = $3', [
    tx.scope.tenantId,
    timeZone,
    revision,
  ]);
}

/** Where the tenant's days begin and end; UTC until it was told. */
export async function findTimeZone(db: Queryable, tenantId: string): Promise<TimeZone> {
  const [row] = await db.query<{ zone: TimeZone | null }>(
    'SELECT time_zone AS zone FROM {t}.invoices_settings WHERE tenant_id = $1',
    [tenantId],
  );
  return row?.zone ?? UTC;
}
