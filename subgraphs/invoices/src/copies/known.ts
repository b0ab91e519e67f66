import { Retryable } from '@tollgate/runtime/base/errors';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCustomers, type CustomerCopy } from './customer.js';
import { findSettings, type SettingsCopy } from './settings.js';

/** Facts of tenancy that bills are computed by. */
export interface Copies {
  readonly settings: SettingsCopy | null;
  readonly customers: ReadonlyMap<string, CustomerCopy>;
}

/** What bills are computed by. Tenancy's facts may be a moment away: then all of this is tried again. */
export async function readCopies(
  tx: TenantTx,
  terms: readonly { readonly customerId: string }[],
): Promise<Copies> {
  const ids = [...new Set(terms.map((one) => one.customerId))];
  const [settings, customers] = await Promise.all([findSettings(tx), findCustomers(tx, ids)]);
  if (ids.length > 0 && settings === null) throw new Retryable('the settings of the tenant are not here yet');
  const missing = ids.find((id) => !customers.has(id));
  if (missing !== undefined) throw new Retryable(`customer ${missing} is not here yet`);
  return { settings, customers };
}
