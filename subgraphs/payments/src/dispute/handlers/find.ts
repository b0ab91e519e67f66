import type { Queryable } from '@tollgate/runtime/database/db';
import type { Page } from '@tollgate/runtime/graphql/list';
import { findDisputes, findLatest, listDisputes, type DisputeFilter } from '../store.js';
import { disputeView, type DisputeView } from '../view.js';

export { DISPUTE_LIST } from '../store.js';

/** A dispute as it is shown; null where there is none. */
export async function disputeShown(db: Queryable, id: string): Promise<DisputeView | null> {
  const [row] = await findDisputes(db, [id]);
  return row === undefined ? null : disputeView(row);
}

/** A page of disputes, and one more. */
export async function disputesPage(db: Queryable, filter: DisputeFilter, page: Page): Promise<DisputeView[]> {
  return (await listDisputes(db, filter, page)).map(disputeView);
}

/** The latest dispute of each invoice, in their order; null where there is none that the customer may see. */
export async function disputesOfInvoices(
  db: Queryable,
  invoiceIds: readonly string[],
  customer: string | null,
): Promise<(DisputeView | null)[]> {
  const rows = await findLatest(db, invoiceIds, customer);
  return invoiceIds.map((id) => {
    const row = rows.find((one) => one.invoice_id === id);
    return row === undefined ? null : disputeView(row);
  });
}
