import type { DataOf } from '@tollgate/contracts/event';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import type { FactToWaitFor } from '@tollgate/runtime/command/command';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { CONSUMER } from './consumer.js';

/** The settings of a tenant that was created a moment ago are on their way. */
export function settingsToKnow(tenantId: string): FactToWaitFor {
  return {
    consumer: CONSUMER,
    contract: tenantChanged,
    aggregates: [tenantId],
    known: async (tx) => (await tenantCurrency(tx)) !== null,
  };
}

/** The tenant's currency; null until tenancy's event came. */
export async function tenantCurrency(tx: TenantTx): Promise<string | null> {
  const [row] = await tx.query<{ currency: string }>(
    'SELECT currency FROM {t}.plans_settings WHERE tenant_id = $1',
    [tx.scope.tenantId],
  );
  return row?.currency ?? null;
}

/** Whether a customer's subscriptions that renew at one instant share an invoice. */
export async function groupsInvoices(tx: TenantTx): Promise<boolean> {
  const rows = await tx.query('SELECT 1 FROM {t}.plans_settings WHERE tenant_id = $1 AND group_invoices', [
    tx.scope.tenantId,
  ]);
  return rows.length > 0;
}

/** Keeps the newest settings; an older revision that comes late changes nothing. */
export async function keepSettings(
  tx: TenantTx,
  { tenantId, revision, settings }: DataOf<typeof tenantChanged>,
): Promise<void> {
  tx.post(
    `INSERT INTO {t}.plans_settings AS known (tenant_id, revision, currency, group_invoices) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, currency = excluded.currency,
       group_invoices = excluded.group_invoices WHERE known.revision < excluded.revision`,
    [tenantId, revision, settings.currency, settings.groupInvoices],
  );
}
