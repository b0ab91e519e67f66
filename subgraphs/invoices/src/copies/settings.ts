import type { DocumentSettings, TaxSettings as ToldTax } from '@tollgate/contracts/tenancy/tenant';
import { decimal } from '@tollgate/kernel/number/decimal';
import { localDate } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { lockInvoices } from '../invoice/store.js';
import { countryRates, type TaxSettings } from '../tax/domain/invoice-tax.js';

/** The tenant's settings as far as invoices need them. */
export interface SettingsCopy {
  readonly revision: number;
  /** The seller's; null where tenancy has not told it yet. */
  readonly country: string | null;
  /** Null: the tenant takes no tax. */
  readonly tax: TaxSettings | null;
  readonly graceSeconds: number;
  /** Days until payment is due, of customers that have none of their own. */
  readonly dueDays: number;
}

/** Settings as tenancy told them. */
export interface ToldSettings extends Omit<SettingsCopy, 'country' | 'tax'> {
  readonly country: string;
  /** Percent by country. */
  readonly taxRates: Readonly<Record<string, string>>;
  readonly tax: ToldTax | null;
  /** Null: as documents are by themselves. */
  readonly documents: DocumentSettings | null;
}

/** Keeps the newest settings, with the transaction's next write; an older revision that comes late changes nothing. */
export function keepSettings(tx: TenantTx, settings: ToldSettings): void {
  lockInvoices(tx);
  tx.post(
    `INSERT INTO {t}.invoices_settings AS known (tenant_id, revision, country, tax_rates, grace_seconds, due_days, tax, documents)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, country = excluded.country,
       tax_rates = excluded.tax_rates, grace_seconds = excluded.grace_seconds,
       due_days = excluded.due_days, tax = excluded.tax, documents = excluded.documents WHERE known.revision < excluded.revision`,
    [
      tx.scope.tenantId,
      settings.revision,
      settings.country,
      JSON.stringify(settings.taxRates),
      settings.graceSeconds,
      settings.dueDays,
      settings.tax === null ? null : JSON.stringify(settings.tax),
      settings.documents === null ? null : JSON.stringify(settings.documents),
    ],
  );
}

/** Null until tenancy's event came. */
export async function findSettings(tx: TenantTx): Promise<SettingsCopy | null> {
  const [row] = await tx.query<SettingsRow>(
    'SELECT revision, country, tax_rates, grace_seconds, due_days, tax FROM {t}.invoices_settings WHERE tenant_id = $1',
    [tx.scope.tenantId],
  );
  if (row === undefined) return null;
  return {
    revision: row.revision,
    country: row.country,
    tax: row.tax === null ? plainTax(row) : taxOf(row.tax),
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
  readonly tax: ToldTax | null;
}

/** Of a tenant that gives one rate for each country, or none. */
function plainTax({ country, tax_rates: rates }: SettingsRow): TaxSettings | null {
  const percents = Object.entries(rates).map(([place, percent]) => [place, decimal(percent)]);
  return countryRates(country ?? '', Object.fromEntries(percents));
}

function taxOf({ jurisdiction, registrations, belowThreshold, rates, ...rest }: ToldTax): TaxSettings {
  return {
    ...rest,
    seller: { jurisdiction, registrations, belowThreshold },
    rates: rates.map(({ jurisdiction: place, from, taxes }) => ({
      jurisdiction: place,
      from: from === null ? null : localDate(from),
      rates: taxes.map(({ name, percent, compound }) => ({ name, percent: decimal(percent), compound })),
    })),
  };
}
