import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { Page } from '@tollgate/runtime/graphql/connection';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import {
  findInvoices,
  listByCustomer,
  listInvoices,
  type InvoiceFilter,
  type StoredInvoice,
} from './store.js';

export type { StoredInvoice } from './store.js';

/** A page of the invoices that pass the filter, and one more. */
export async function pageOfInvoices({ db, context }: Caller, filter: InvoiceFilter, page: Page) {
  return listInvoices(db.reader(readScope(context)), filter, page);
}

const INVOICES = Symbol('invoices by id');
const CUSTOMER_PAGES = Symbol('pages of invoices by customer');

/** One query for all invoices that a request refers to. */
export function invoiceLoader(
  db: Database,
  context: RequestContext,
): DataLoader<string, StoredInvoice | null> {
  return context.once(INVOICES, () => {
    const scope = readScope(context);
    return new DataLoader(async (ids) => {
      const found = await findInvoices(db.reader(scope), ids);
      const byId = new Map(found.map((stored) => [stored.id, stored]));
      return ids.map((id) => byId.get(id) ?? null);
    });
  });
}

/** One query for the same page of all customers of a request. */
export function customerLoader(
  db: Database,
  context: RequestContext,
  page: Page,
): DataLoader<string, StoredInvoice[]> {
  const loaders = context.once(CUSTOMER_PAGES, () => new Map<string, DataLoader<string, StoredInvoice[]>>());
  const key = `${page.limit}/${page.after ?? ''}`;
  const known = loaders.get(key);
  if (known !== undefined) return known;
  const scope = readScope(context);
  const loader = new DataLoader<string, StoredInvoice[]>(async (ids) => {
    const pages = await listByCustomer(db.reader(scope), ids, page);
    return ids.map((id) => pages.get(id) ?? []);
  });
  loaders.set(key, loader);
  return loader;
}
