import type { Currency } from '@tollgate/kernel/money/currency';
import { instantFromMs } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { newId } from '@tollgate/runtime/base/new-id';
import { faultOf, routeOf, type MethodFields } from '../method/domain/method.js';
import type { PaymentEvent, RouteStop } from './domain/event.js';
import type { Payment } from './domain/state.js';
import { decide, type PaymentInput } from './domain/payment.js';
import type { ProviderName } from '../providers/domain/provider.js';
import {
  addInvoice,
  closeInvoice,
  livePayment,
  loadPayment,
  lockInvoice,
  METHODS_MAX,
  methodsOf,
  paymentsById,
  recordPayment,
  type InvoiceRow,
  type MethodRow,
  type PaymentRow,
} from './store/payment.js';

export interface Advanced {
  /** Null where there is no such payment. */
  readonly payment: Payment | null;
  readonly events: readonly PaymentEvent[];
}

/** Tells a payment something: load, decide, record. */
export async function advance(tx: TenantTx, paymentId: string, input: PaymentInput): Promise<Advanced> {
  const loaded = await loadPayment(tx, paymentId);
  const at = await tx.now();
  const events = decide({ ...input, at, clock: instantFromMs(Date.now()) }, loaded.state);
  return { payment: await recordPayment(tx, loaded, events, at), events };
}

/** An invoice is to be collected: once, however often it is said. */
export async function collect(tx: TenantTx, invoice: InvoiceRow): Promise<void> {
  const route = await routeFor(tx, invoice);
  const isNew = await addInvoice(tx, invoice);
  if (isNew && BigInt(invoice.due_minor) > 0n) await startPayment(tx, invoice, route);
}

/** Nothing more is collected on an invoice: what has not been captured is called off. */
export async function stopCollecting(tx: TenantTx, invoice: InvoiceRow): Promise<void> {
  await lockInvoice(tx, invoice.invoice_id);
  const live = await livePayment(tx, invoice.invoice_id);
  if (live !== null) await advance(tx, live.id, { type: 'Cancel', why: `invoice_${invoice.status}` });
  await closeInvoice(tx, invoice);
}

async function routeFor(tx: TenantTx, invoice: InvoiceRow): Promise<readonly RouteStop[]> {
  return routeOf(await methodsOf(tx, [invoice.customer_id]));
}

async function startPayment(tx: TenantTx, invoice: InvoiceRow, route: readonly RouteStop[]): Promise<string> {
  const paymentId = newId('pay');
  await advance(tx, paymentId, {
    type: 'Start',
    paymentId,
    invoiceId: invoice.invoice_id,
    customerId: invoice.customer_id,
    money: { minor: BigInt(invoice.due_minor), currency: invoice.currency as Currency },
    description: `Invoice ${invoice.number}`,
    route,
  });
  return paymentId;
}

export type PayInvoiceOutcome =
  | { readonly __typename: 'PaymentStarted'; readonly payment: PaymentRow }
  | { readonly __typename: 'PaymentInProgress'; readonly message: string; readonly payment: PaymentRow }
  | { readonly __typename: 'UnknownInvoice'; readonly message: string; readonly invoiceId: string }
  | { readonly __typename: 'InvoiceNotPayable'; readonly message: string; readonly status: string }
  | { readonly __typename: 'NoPaymentMethod' | 'IdempotencyConflict'; readonly message: string };

/** A new payment for an open invoice. One that waits for the customer's confirmation makes room for it. */
export async function payInvoice(tx: TenantTx, invoiceId: string): Promise<PayInvoiceOutcome> {
  const invoice = await lockInvoice(tx, invoiceId);
  if (invoice === null) return unknownInvoice(invoiceId);
  if (invoice.status !== 'open') return notPayable(invoice.status.toUpperCase());
  if (BigInt(invoice.due_minor) <= 0n) return notPayable('NOTHING_DUE');
  const live = await livePayment(tx, invoiceId);
  if (live?.status === 'succeeded') return notPayable('PAID');
  if (live !== null && live.status !== 'requires_action') {
    return {
      __typename: 'PaymentInProgress',
      message: 'A payment of this invoice is under way.',
      payment: live,
    };
  }
  const route = await routeFor(tx, invoice);
  if (route.length === 0) {
    return { __typename: 'NoPaymentMethod', message: 'The customer has no payment method on file.' };
  }
  if (live !== null) await advance(tx, live.id, { type: 'Cancel', why: 'replaced' });
  const [payment] = await paymentsById(tx, [await startPayment(tx, invoice, route)], null);
  return payment === undefined ? unknownInvoice(invoiceId) : { __typename: 'PaymentStarted', payment };
}

export function unknownInvoice(invoiceId: string): PayInvoiceOutcome {
  return { __typename: 'UnknownInvoice', message: 'There is no such invoice to collect.', invoiceId };
}

function notPayable(status: string): PayInvoiceOutcome {
  return { __typename: 'InvoiceNotPayable', message: 'Nothing is to be collected on this invoice.', status };
}

export interface NewMethod extends MethodFields {
  readonly customerId: string;
  readonly provider: ProviderName;
}

export type AddMethodOutcome =
  | { readonly __typename: 'PaymentMethodAdded'; readonly paymentMethod: ShownMethod }
  | { readonly __typename: 'InvalidInput'; readonly message: string; readonly field: string }
  | { readonly __typename: 'UnknownCustomer'; readonly message: string; readonly customerId: string }
  | { readonly __typename: 'IdempotencyConflict'; readonly message: string };

/** A payment method without its token, which nobody is shown. */
export type ShownMethod = Omit<MethodRow, 'token' | 'providerCustomer'>;

export function shownMethod({ id, customerId, provider, label, createdAt }: MethodRow): ShownMethod {
  return { id, customerId, provider, label, createdAt };
}

/** Puts a token on file. The customer must be known. */
export async function addMethod(tx: TenantTx, method: NewMethod): Promise<AddMethodOutcome> {
  const fault = faultOf(method);
  if (fault !== null) return { __typename: 'InvalidInput', message: fault.message, field: fault.field };
  if ((await methodsOf(tx, [method.customerId])).length >= METHODS_MAX) {
    const message = `A customer has at most ${METHODS_MAX} payment methods.`;
    return { __typename: 'InvalidInput', message, field: 'customerId' };
  }
  const { customerId, provider, token, providerCustomer, label } = method;
  const created = { id: newId('pmt'), customerId, provider, token, providerCustomer, label };
  const createdAt = await tx.now();
  await tx.prisma.paymentMethod.create({ data: { ...created, createdAt } });
  return { __typename: 'PaymentMethodAdded', paymentMethod: shownMethod({ ...created, createdAt }) };
}

/** False where there is no such method on file, or not of this customer. Payments under way still end with it. */
export async function removeMethod(tx: TenantTx, id: string, customer: string | null): Promise<boolean> {
  const { count } = await tx.prisma.paymentMethod.updateMany({
    where: { id, removedAt: null, ...(customer === null ? {} : { customerId: customer }) },
    data: { removedAt: await tx.now() },
  });
  return count === 1;
}
