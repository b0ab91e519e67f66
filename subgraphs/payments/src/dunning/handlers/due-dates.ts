import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { schedule, type DueTimer } from '@tollgate/runtime/timers/timers';
import { findCustomers } from '../../copies/customer.js';
import { lockUnpaid, unpaidOf as unpaidInvoicesOf } from '../../copies/invoice.js';
import { capturedMinor, findStandings } from '../../payment/store/payment.js';
import { DUNNING_OWNER } from '../aggregate.js';
import { RunBook } from './book.js';
import { isSettled, unpaidOf } from './news.js';

/** An invoice whose customer sees to it that it is paid. */
interface DueInvoice {
  readonly invoiceId: string;
  readonly customerId: string;
  readonly dueAt: Instant | null;
}

/** Looks at invoices again when payment is due, with the transaction's next write. */
export async function watchDueDates(tx: TenantTx, invoices: readonly DueInvoice[]): Promise<void> {
  const appointments = invoices.flatMap(({ invoiceId, customerId: series, dueAt }) =>
    dueAt === null
      ? []
      : [{ owner: DUNNING_OWNER, kind: 'past_due', key: invoiceId, series, dueAt, payload: { invoiceId } }],
  );
  await schedule(tx, appointments);
}

/** Customers that see to their payments from now on: what they have not paid is past due from its due date on. */
export async function watchCustomers(tx: TenantTx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  const [invoices, now] = await Promise.all([unpaidInvoicesOf(tx, customerIds), tx.now()]);
  await watchDueDates(
    tx,
    invoices.map(({ dueAt, ...one }) => ({ ...one, dueAt: dueAt !== null && dueAt < now ? now : dueAt })),
  );
}

/** What is due and not paid fails, where the customer is to see to it: that may have changed meanwhile. */
export async function fallDue(tx: TenantTx, due: readonly DueTimer[]): Promise<void> {
  const wanted = due.map(({ payload, dueAt }) => ({
    ...(payload as { readonly invoiceId: string }),
    at: dueAt,
  }));
  const ids = wanted.map(({ invoiceId }) => invoiceId);
  const [invoices, standingOf] = await Promise.all([lockUnpaid(tx, ids), findStandings(tx, ids)]);
  const payers = [...invoices.values()].map(({ customerId }) => customerId);
  const [customers, book] = await Promise.all([findCustomers(tx, payers), RunBook.open(tx, ids)]);
  for (const { invoiceId, at } of wanted) {
    const invoice = invoices.get(invoiceId);
    if (invoice === undefined || isSettled(invoice)) continue;
    const customer = customers.get(invoice.customerId) ?? null;
    if (customer?.collection !== 'manual' || invoice.due.minor <= capturedMinor(standingOf(invoiceId)))
      continue;
    // By no policy: whoever pays by hand is not charged again.
    const known = { customer, settings: null };
    book.tell(invoiceId, (id) => ({ type: 'FallDue', unpaid: unpaidOf(invoice, id, known), at }));
  }
  await book.record(tx, invoices);
}
