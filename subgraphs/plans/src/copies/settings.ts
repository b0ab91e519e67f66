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

/** Keeps the newest settings; an older revision that comes late changes nothing. */
export async function keepSettings(
  tx: TenantTx,
  { tenantId, revision, settings }: DataOf<typeof tenantChanged>,
): Promise<void> {
  tx.post(
    `INSERT INTO {t}.plans_settings AS known (tenant_id, revision, currency) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, currency = excluded.currency
     WHERE known.revision < excluded.revision`,
    [tenantId, revision, settings.currency],
  );
}
