import type { Money } from '@tollgate/kernel/money/money';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { newId } from '@tollgate/runtime/base/new-id';
import { closeInvoice, lockInvoice, saveInvoices, type InvoiceCopy } from '../../copies/invoice.js';
import { routeOf, type RouteStop } from '../../method/domain/route.js';
import { findMethods } from '../../method/store.js';
import { payments, type PaymentChange } from '../aggregate.js';
import type { PaymentCause } from '../domain/event.js';
import { findStanding } from '../store/payment.js';
import { advance, decided, recordPayments } from './advance.js';

/** An invoice that is final; `manual`: its customer sees to it that it is paid. */
export interface ToCollect extends InvoiceCopy {
  readonly collection?: 'automatic' | 'manual';
}

/** Invoices are to be collected: each once, however often it is said. What is manual is only kept. */
export async function collectInvoices(tx: TenantTx, invoices: readonly ToCollect[]): Promise<void> {
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
  await recordPayments(tx, await Promise.all(changes));
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

/** Nothing more is collected on an invoice: what has not been captured is called off; of a void one, what has goes back. */
export async function stopCollecting(
  tx: TenantTx,
  invoice: Parameters<typeof closeInvoice>[1],
): Promise<void> {
  const { invoiceId, status } = invoice;
  const [, { live, captured }] = await Promise.all([lockInvoice(tx, invoiceId), findStanding(tx, invoiceId)]);
  const type = status === 'void' ? 'Withdraw' : 'Cancel';
  const told = [...(live === null ? [] : [live]), ...(status === 'void' ? captured : [])];
  for (const { id } of told) await advance(tx, id, { type, why: `invoice_${status}` });
  closeInvoice(tx, invoice);
}
