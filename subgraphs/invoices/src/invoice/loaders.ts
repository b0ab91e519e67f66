import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { Database } from '@tollgate/runtime/database/db';
import type { RequestContext } from '@tollgate/runtime/graphql/context';
import {
  connection,
  listed,
  oncePerPage,
  pageName,
  totalOf,
  type Page,
} from '@tollgate/runtime/graphql/list';
import { sharedReadsOf } from '@tollgate/runtime/graphql/shared-reads';
import {
  findInvoices,
  listByCustomer,
  selectInvoices,
  type InvoiceFilter,
  type StateRow,
  stored,
  type StoredInvoice,
} from './store.js';
import { invoiceView } from './invoice-view.js';

export { CUSTOMER_INVOICES, INVOICE_LIST, type StoredInvoice } from './store.js';

/** A page of the invoices that pass the filter. */
export async function pageOfInvoices({ db, context }: Caller, filter: InvoiceFilter, page: Page) {
  return listed(page, {
    db: db.reader(readScope(context)),
    select: (asked) => selectInvoices(asked, filter),
    show: (row: StateRow) => invoiceView(stored(row)),
  });
}

/** A page of a customer's invoices, which the caller may see. */
export async function invoicesOfCustomer(
  caller: Caller,
  { customerId, status }: Pick<InvoiceFilter, 'status'> & { readonly customerId: string },
  page: Page,
) {
  const rows = await customerLoader(caller, page, status).load(customerId);
  const reader = caller.db.reader(readScope(caller.context));
  const select = (asked: Page) => selectInvoices(asked, { customerId, status });
  return connection(rows, { page, show: invoiceView, total: () => totalOf(page, { db: reader, select }) });
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
function customerLoader(
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
