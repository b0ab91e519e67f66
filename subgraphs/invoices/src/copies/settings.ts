import { decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoices } from '../invoice/store.js';

/** The tenant's settings as far as invoices need them. */
export interface SettingsCopy {
  readonly revision: number;
  /** The seller's; null where tenancy has not told it yet. */
  readonly country: string | null;
  /** Percent by country. */
  readonly taxRates: Readonly<Record<string, Decimal>>;
  readonly graceSeconds: number;
  /** Days until payment is due, of customers that have none of their own. */
  readonly dueDays: number;
}

/** Keeps the newest settings, with the transaction's next write; an older revision that comes late changes nothing. */
export function keepSettings(tx: TenantTx, settings: SettingsCopy): void {
  lockInvoices(tx);
  tx.post(
    `INSERT INTO {t}.invoices_settings AS known (tenant_id, revision, country, tax_rates, grace_seconds, due_days)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, country = excluded.country,
       tax_rates = excluded.tax_rates, grace_seconds = excluded.grace_seconds,
       due_days = excluded.due_days WHERE known.revision < excluded.revision`,
    [
      tx.scope.tenantId,
      settings.revision,
      settings.country,
      JSON.stringify(settings.taxRates),
      settings.graceSeconds,
      settings.dueDays,
    ],
  );
}

/** Null until tenancy's event came. */
export async function findSettings(tx: TenantTx): Promise<SettingsCopy | null> {
  const [row] = await tx.query<SettingsRow>(
    'SELECT revision, country, tax_rates, grace_seconds, due_days FROM {t}.invoices_settings WHERE tenant_id = $1',
    [tx.scope.tenantId],
  );
  if (row === undefined) return null;
  const rates = Object.entries(row.tax_rates);
  return {
    revision: row.revision,
    country: row.country,
    taxRates: Object.fromEntries(rates.map(([country, percent]) => [country, decimal(percent)])),
    graceSeconds: row.grace_seconds,
    dueDays: row.due_days,
  };
}

interface SettingsRow {
  readonly revision: number;
  readonly country: string | null;
  readonly tax_rates: Readonly<Record<string, string>>;
  readonly grace_seconds: number;
  readonly due_days: number;
}
