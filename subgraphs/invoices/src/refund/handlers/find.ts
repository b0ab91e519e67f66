import type { Queryable } from '@tollgate/runtime/database/db';
import type { Page } from '@tollgate/runtime/graphql/list';
import {
  findRefundParts,
  listRefunds,
  type RefundFilter,
  type StoredRefundPart,
} from '../../invoice/store/refund.js';

export { REFUND_LIST } from '../../invoice/store/refund.js';

/** A payout of credit: what it was taken from, the newest invoice first; at least one. */
export type StoredRefund = readonly [StoredRefundPart, ...StoredRefundPart[]];

/** A payout; null where there is none. */
export async function refundById(db: Queryable, id: string): Promise<StoredRefund | null> {
  return (await refundsOf(db, [id]))[0] ?? null;
}

/** A page of payouts, and one more. */
export async function pageOfRefunds(
  db: Queryable,
  filter: RefundFilter,
  page: Page,
): Promise<StoredRefund[]> {
  return refundsOf(db, await listRefunds(db, filter, page));
}

async function refundsOf(db: Queryable, ids: readonly string[]): Promise<StoredRefund[]> {
  if (ids.length === 0) return [];
  const parts = await findRefundParts(db, ids);
  return ids.flatMap((id): StoredRefund[] => {
    const [first, ...rest] = parts.filter((one) => one.id === id);
    return first === undefined ? [] : [[first, ...rest]];
  });
}
