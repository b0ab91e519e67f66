import { Retryable } from '@tollgate/runtime/base/errors';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { findCustomers, type CustomerCopy } from './customer.js';
import { findPayers, type Payers } from './payer.js';
import { findSettings, type SettingsCopy } from './settings.js';

/** Facts of tenancy that bills are computed by. */
export interface Copies {
  readonly settings: SettingsCopy | null;
  readonly customers: ReadonlyMap<string, CustomerCopy>;
  /** Who pays for them. */
  readonly payers: Payers;
}

/** What something is billed by. */
interface Billed {
  readonly customerId: string;
}

/** What is known of these customers, and of the tenant. */
export async function findCopies(tx: TenantTx, terms: readonly Billed[]): Promise<Copies> {
  const ids = [...new Set(terms.map((one) => one.customerId))];
  const [settings, customers, payers] = await Promise.all([
    findSettings(tx),
    findCustomers(tx, ids),
    findPayers(tx, ids),
  ]);
  const others = payingIn(payers);
  if (others.length === 0) return { settings, customers, payers };
  const paying = await findCustomers(tx, others);
  return { settings, customers: new Map([...customers, ...paying]), payers };
}

/** Tenancy's facts may be a moment away from what is to be billed by them: then all of this is tried again. */
export function requireCopies({ settings, customers, payers }: Copies, terms: readonly Billed[]): void {
  if (terms.length > 0 && settings === null)
    throw new Retryable('the settings of the tenant are not here yet');
  const wanted = [...terms.map(({ customerId }) => customerId), ...payingIn(payers)];
  const missing = wanted.find((customerId) => !customers.has(customerId));
  if (missing !== undefined) throw new Retryable(`customer ${missing} is not here yet`);
}

/** Everybody who may come to pay for somebody. */
function payingIn(payers: Payers): string[] {
  return [...new Set([...payers.values()].flatMap((terms) => terms.flatMap(({ payerId }) => payerId ?? [])))];
}
