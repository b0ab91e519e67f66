import type { DataOf } from '@tollgate/contracts/event';
import type { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import type { TimeZone } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';

/** What is done about invoices that are not paid, as the tenant says it. */
export type PolicyCopy = NonNullable<DataOf<typeof tenantChanged>['settings']['dunning']>;

/** The tenant's settings as far as payments need them. */
export interface SettingsCopy {
  readonly timeZone: TimeZone;
  /** Null = nothing is done about invoices that are not paid. */
  readonly dunning: PolicyCopy | null;
  /** Whether customers are written to. */
  readonly isWriting: boolean;
}

/** Keeps the newest settings, with the transaction's next write; an older revision that comes late changes nothing. */
export function keepSettings(
  tx: TenantTx,
  { tenantId, revision, settings }: DataOf<typeof tenantChanged>,
): void {
  const { timeZone, dunning, mail, name } = settings;
  tx.post(
    `INSERT INTO {t}.payments_settings AS known (tenant_id, revision, time_zone, dunning, mail, name)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, time_zone = excluded.time_zone,
       dunning = excluded.dunning, mail = excluded.mail, name = excluded.name WHERE known.revision < excluded.revision`,
    [tenantId, revision, timeZone, textOf(dunning), textOf(mail), name],
  );
}

/** Null until tenancy's event came. */
export async function findSettings(tx: TenantTx): Promise<SettingsCopy | null> {
  const [row] = await tx.query<SettingsCopy>(
    'SELECT time_zone AS "timeZone", dunning, mail IS NOT NULL AS "isWriting" FROM {t}.payments_settings WHERE tenant_id = $1',
    [tx.scope.tenantId],
  );
  return row ?? null;
}

function textOf(value: object | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
