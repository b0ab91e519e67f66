import type { Queryable } from '@tollgate/runtime/database/db';
import { connection, listed, totalOf, type Page } from '@tollgate/runtime/graphql/list';
import {
  findPayments,
  findPaymentsOfInvoices,
  pagePaymentsOfCustomers,
  selectPayments,
  type PaymentFilter,
} from '../store/payment.js';
import { paymentView, type PaymentView } from '../view.js';

/** Payments by id, as they are shown; null for those that are not there or not of the customer. */
export async function paymentsById(
  db: Queryable,
  ids: readonly string[],
  customer: string | null,
): Promise<(PaymentView | null)[]> {
  const views = new Map((await findPayments(db, ids, customer)).map((row) => [row.id, paymentView(row)]));
  return ids.map((id) => views.get(id) ?? null);
}

export { CUSTOMER_PAYMENTS, PAYMENT_LIST } from '../store/payment.js';

/** A page of payments. */
export async function paymentsPage(db: Queryable, filter: PaymentFilter, page: Page) {
  return listed(page, { db, select: (asked) => selectPayments(asked, filter), show: paymentView });
}

/** A page of a customer's payments, which were read with those of others. */
export function customersPayments(
  db: Queryable,
  { customerId, found }: { readonly customerId: string; readonly found: readonly PaymentView[] },
  page: Page,
) {
  const select = (asked: Page) => selectPayments(asked, { invoiceId: null, customerId, limit: null });
  return connection(found, { page, show: (payment) => payment, total: () => totalOf(page, { db, select }) });
}

/** The payments of each invoice, newest first. */
export async function paymentsOfInvoices(
  db: Queryable,
  invoiceIds: readonly string[],
  customer: string | null,
): Promise<PaymentView[][]> {
  const views = (await findPaymentsOfInvoices(db, invoiceIds, customer)).map(paymentView);
  return invoiceIds.map((id) => views.filter(({ invoice }) => invoice.id === id));
}

/** The same page of each customer's payments, and one more. */
export async function paymentsOfCustomers(
  db: Queryable,
  customerIds: readonly string[],
  page: Page,
): Promise<PaymentView[][]> {
  const views = (await pagePaymentsOfCustomers(db, customerIds, page)).map(paymentView);
  return customerIds.map((id) => views.filter(({ customer }) => customer.id === id));
}
