import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import type { MethodToken, ProviderName } from '../providers/domain/provider.js';
import type { Method } from './domain/method.js';

interface MethodRow {
  readonly id: string;
  readonly customer_id: string;
  readonly provider: ProviderName;
  readonly token: string;
  readonly provider_customer: string | null;
  readonly label: string | null;
  readonly created_at: Instant;
  readonly removed_at: Instant | null;
}

export const METHOD_COLUMNS = [
  'id',
  'customer_id',
  'provider',
  'token',
  'provider_customer',
  'label',
  'created_at',
  'removed_at',
] as const satisfies readonly (keyof MethodRow)[];

/** The row that belongs to a payment method's state. */
export function rowOf(method: Method): MethodRow {
  return {
    id: method.id,
    customer_id: method.customerId,
    provider: method.provider,
    token: method.token,
    provider_customer: method.providerCustomer,
    label: method.label,
    created_at: method.addedAt,
    removed_at: method.removedAt,
  };
}

/** Payment methods on file of many customers at once, oldest first. */
export async function findMethods(tx: Queryable, customerIds: readonly string[]): Promise<Method[]> {
  const rows = await tx.query<MethodRow>(
    `SELECT ${METHOD_COLUMNS.join(', ')} FROM {t}.payment_method
     WHERE customer_id = ANY($1) AND removed_at IS NULL ORDER BY id`,
    [customerIds],
  );
  return rows.map(methodOf);
}

/** What a provider calls each method that a payment may be charged to, by our id; also removed ones. */
export async function findTokensOfPayment(
  tx: Queryable,
  paymentId: string,
): Promise<ReadonlyMap<string, MethodToken>> {
  const rows = await tx.query<Pick<MethodRow, 'id' | 'token' | 'provider_customer'>>(
    `SELECT m.id, m.token, m.provider_customer FROM {t}.payment p
     JOIN {t}.payment_method m ON m.customer_id = p.customer_id WHERE p.id = $1`,
    [paymentId],
  );
  return new Map(
    rows.map(({ id, token, provider_customer: providerCustomer }) => [
      id,
      providerCustomer === null ? { token } : { token, providerCustomer },
    ]),
  );
}

function methodOf(row: MethodRow): Method {
  return {
    id: row.id,
    customerId: row.customer_id,
    provider: row.provider,
    token: row.token,
    providerCustomer: row.provider_customer,
    label: row.label,
    addedAt: row.created_at,
    removedAt: row.removed_at,
  };
}
