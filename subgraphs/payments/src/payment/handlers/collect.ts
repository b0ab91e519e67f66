import type { Money } from '@tollgate/kernel/money/money';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { newId } from '@tollgate/runtime/base/new-id';
import {
  closeInvoices,
  lockUnpaid,
  saveInvoices,
  type ClosedInvoice,
  type InvoiceCopy,
} from '../../copies/invoice.js';
import { queueMails } from '../../mail/handlers/queue.js';
import { routeOf, type RouteStop } from '../../method/domain/route.js';
import { findMethods } from '../../method/store.js';
import { payments, type PaymentChange } from '../aggregate.js';
import type { PaymentCause } from '../domain/event.js';
import { findStandings } from '../store/payment.js';
import { advanceAll, decided, recordPayments } from './advance.js';

/** An invoice that is final; `manual`: its customer sees to it that it is paid. */
export interface ToCollect extends InvoiceCopy {
  readonly collection?: 'automatic' | 'manual';
  /** All that it bills; `due` is what is left of that. */
  readonly total: Money;
  readonly finalisedAt: Instant;
}

/** Invoices are to be collected: each once, however often it is said. What is manual is only kept. Gives what began. */
export async function collectInvoices(
  tx: TenantTx,
  invoices: readonly ToCollect[],
): Promise<readonly PaymentChange[]> {
  const customerIds = [...new Set(invoices.map(({ customerId }) => customerId))];
  const [fresh, methods] = await Promise.all([
    saveInvoices(tx, invoices),
    findMethods(tx, customerIds),
    tx.now(),
  ]);
  const due = invoices.filter(
    (one) => fresh.has(one.invoiceId) && one.due.minor > 0n && one.collection !== 'manual',
  );
  const changes = due.map((invoice) => {
    const theirs = methods.filter(({ customerId }) => customerId === invoice.customerId);
    const { due: money } = invoice;
    const paymentId = newId('pay');
    return startPayment(tx, invoice, { paymentId, money, route: routeOf(theirs), cause: 'finalisation' });
  });
  const begun = await Promise.all(changes);
  await recordPayments(tx, begun);
  await queueMails(
    tx,
    invoices.flatMap(({ total, number: invoiceNumber, due: left, dueAt, finalisedAt: at, ...one }) => {
      const addressee = fresh.get(one.invoiceId) ?? null;
      const { invoiceId, customerId } = one;
      const of = {
        kind: 'invoice',
        cause: invoiceId,
        addressee,
        invoiceId,
        customerId,
        invoiceNumber,
      } as const;
      return total.minor > 0n ? [{ ...of, money: total, dueAt, isPayable: left.minor > 0n, at }] : [];
    }),
  );
  return begun;
}

/** How a payment of an invoice begins. */
export interface NewPayment {
  readonly paymentId: string;
  /** What is due by now. */
  readonly money: Money;
  readonly route: readonly RouteStop[];
  readonly cause: PaymentCause;
}

/** A payment of the invoice that begins now; to be recorded. */
export function startPayment(
  tx: TenantTx,
  invoice: InvoiceCopy,
  { paymentId, ...asked }: NewPayment,
): Promise<PaymentChange> {
  const { invoiceId, customerId } = invoice;
  const description = `Invoice ${invoice.number}`;
  const input = { type: 'Start', paymentId, invoiceId, customerId, description, ...asked } as const;
  return decided(tx, payments.fresh(paymentId), input);
}

/** Nothing more is collected on invoices: what has not been captured is called off; of a void one, what has goes back. Answers those that are known. */
export async function stopCollecting(
  tx: TenantTx,
  invoices: readonly ClosedInvoice[],
): Promise<ReadonlyMap<string, InvoiceCopy>> {
  const ids = invoices.map(({ invoiceId }) => invoiceId);
  const [known, standingOf] = await Promise.all([lockUnpaid(tx, ids), findStandings(tx, ids)]);
  const told = invoices.flatMap(({ invoiceId, status }) => {
    const { live, captured } = standingOf(invoiceId);
    const concerned = [...(live === null ? [] : [live]), ...(status === 'void' ? captured : [])];
    const input = { type: status === 'void' ? 'Withdraw' : 'Cancel', why: `invoice_${status}` } as const;
    return concerned.map(({ id: paymentId }) => ({ paymentId, input }));
  });
  await advanceAll(tx, told);
  closeInvoices(tx, invoices);
  return known;
}
