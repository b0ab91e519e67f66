import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import { oncePerPage, pageName, type Page } from '@tollgate/runtime/graphql/list';
import { sharedReadsOf } from '@tollgate/runtime/graphql/shared-reads';
import {
  findInvoices,
  listByCustomer,
  listInvoices,
  type InvoiceFilter,
  type StoredInvoice,
} from './store.js';

export { CUSTOMER_INVOICES, INVOICE_LIST, type StoredInvoice } from './store.js';

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
      const byId = await sharedReadsOf(db).rows({
        name: [scope.tenantId, 'invoices'],
        keys: ids,
        read: async (keys) =>
          new Map((await findInvoices(db.reader(scope), keys)).map((stored) => [stored.id, stored])),
      });
      return ids.map((id) => byId.get(id) ?? null);
    });
  });
}

/** One query for the same page of all customers of a request. */
export function customerLoader(
  { db, context }: Caller,
  page: Page,
  status: InvoiceFilter['status'],
): DataLoader<string, StoredInvoice[]> {
  return oncePerPage(context, { key: CUSTOMER_PAGES, page, filter: status }, () => {
    const scope = readScope(context);
    return new DataLoader<string, StoredInvoice[]>(async (customerIds) => {
      const pages = await sharedReadsOf(db).rows({
        name: [scope.tenantId, `invoices by customer ${pageName(page, status)}`],
        keys: customerIds,
        read: (keys) => listByCustomer(db.reader(scope), { customerIds: keys, status }, page),
      });
      return customerIds.map((id) => pages.get(id) ?? []);
    });
  });
}
