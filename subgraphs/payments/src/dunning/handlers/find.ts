import type { Queryable } from '@tollgate/runtime/database/db';
import type { Page } from '@tollgate/runtime/graphql/list';
import { pageRuns, rowsOfInvoices, runsById, type DunningFilter } from '../store.js';
import { dunningView, type DunningView } from '../view.js';

export { DUNNING_RUNS } from '../store.js';

/** A page of runs as they are shown, and one more. */
export async function runsPage(db: Queryable, filter: DunningFilter, page: Page): Promise<DunningView[]> {
  return (await pageRuns(db, filter, page)).map(dunningView);
}

/** Runs by id, as they are shown; null for those that are not there. */
export async function runsShown(db: Queryable, ids: readonly string[]): Promise<(DunningView | null)[]> {
  const views = new Map((await runsById(db, ids)).map((row) => [row.id, dunningView(row)]));
  return ids.map((id) => views.get(id) ?? null);
}

/** The run of each invoice; null for those that never failed, or are not of the customer. */
export async function runsShownOfInvoices(
  db: Queryable,
  invoiceIds: readonly string[],
  customer: string | null,
): Promise<(DunningView | null)[]> {
  const rows = await rowsOfInvoices(db, invoiceIds, customer);
  const views = new Map(rows.map((row) => [row.invoice_id, dunningView(row)]));
  return invoiceIds.map((id) => views.get(id) ?? null);
}
