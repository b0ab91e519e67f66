import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import { moneyView } from '../rating/view.js';
import type { Basis } from './domain/basis.js';
import type { Computation, Line } from './domain/computation.js';
import type { InvoiceRejection } from './domain/invoice.js';
import { NO_FUNDS, settledBy } from './domain/settled.js';
import type { Invoice } from './domain/state.js';
import type { InvoiceStatus, LineKind, TaxTreatment } from '../generated/graphql.js';
import type { StoredInvoice } from './store.js';

/** An invoice as the schema shows it. */
export function invoiceView({ id, invoice }: StoredInvoice) {
  const { basis, createdAt, revision } = invoice;
  return {
    id,
    status: statusView(invoice.status),
    customer: { id: basis.customerId },
    subscription: basis.subscriptionId === null ? null : { id: basis.subscriptionId },
    currency: basis.currency,
    period: basis.period,
    // There may be ten thousand of them: they are shaped where they are selected.
    get lines() {
      return linesView(invoice);
    },
    ...totalsView(invoice),
    ...settlementView(invoice),
    createdAt,
    revision,
    ...datesView(invoice),
  };
}

/** Lines, as an invoice and its preview show them. */
export function linesView({ basis, lines }: Computed) {
  return lines.map((line) => lineView(line, basis.currency));
}

type Computed = Computation & { readonly basis: Basis };

/** Totals, as an invoice and its preview show them. */
export function totalsView({ basis, totals }: Computed) {
  const amount = (minor: bigint) => moneyView(minor, basis.currency);
  return {
    subtotal: amount(totals.subtotalMinor),
    discount: amount(totals.discountMinor),
    taxTreatment: TREATMENT[basis.tax.treatment],
    taxes: totals.taxes.map(({ name, percent, amountMinor }) => ({
      name,
      percent,
      amount: amount(amountMinor),
    })),
    tax: amount(totals.taxMinor),
    total: amount(totals.totalMinor),
  };
}

/** What paid the invoice and what is left; a draft shows what it comes to. */
function settlementView(invoice: Invoice) {
  const amount = (minor: bigint) => moneyView(minor, invoice.basis.currency);
  const settled = invoice.status === 'draft' ? settledBy(invoice, NO_FUNDS) : invoice.settled;
  return {
    creditApplied: amount(settled.creditAppliedMinor),
    walletApplied: amount(settled.walletAppliedMinor),
    creditGenerated: amount(settled.creditGeneratedMinor),
    amountPaid: amount(invoice.status === 'draft' ? 0n : invoice.paidMinor),
    amountDue: amount(invoice.status === 'draft' ? settled.dueMinor : dueMinor(invoice)),
  };
}

function dueMinor(invoice: Exclude<Invoice, { readonly status: 'draft' }>): bigint {
  return invoice.status === 'open' ? invoice.settled.dueMinor - invoice.paidMinor : 0n;
}

const TREATMENT = {
  none: 'NONE',
  exempt: 'EXEMPT',
  domestic: 'DOMESTIC',
  pending: 'PENDING',
  reverse_charge: 'REVERSE_CHARGE',
  origin: 'ORIGIN',
  destination: 'DESTINATION',
  export: 'EXPORT',
  not_registered: 'NOT_REGISTERED',
} as const satisfies Record<Basis['tax']['treatment'], TaxTreatment>;

/** Where an invoice stands, in the schema's words. */
export function statusView(status: Invoice['status']): InvoiceStatus {
  return STATUS[status];
}

type Rejected<Reason extends InvoiceRejection['reason']> = Extract<
  InvoiceRejection,
  { readonly reason: Reason }
>;

/** Why an invoice is not finalised, in the schema's words. */
export function notFinalisedView(rejection: InvoiceRejection, invoiceId: string) {
  if (rejection.reason === 'UnknownInvoice') return unknownView(rejection, invoiceId);
  assert(rejection.reason === 'InvoiceNotDraft', `finalising cannot end in ${rejection.reason}`);
  return { ...rejection, status: statusView(rejection.status) };
}

/** Why an invoice is not voided, in the schema's words. */
export function notVoidedView(rejection: InvoiceRejection, invoiceId: string) {
  if (rejection.reason === 'UnknownInvoice') return unknownView(rejection, invoiceId);
  if (rejection.reason === 'InvoiceNotVoidable') return rejection;
  assert(rejection.reason === 'InvoiceNotOpen', `voiding cannot end in ${rejection.reason}`);
  return { ...rejection, status: statusView(rejection.status) };
}

function unknownView(rejection: Rejected<'UnknownInvoice'>, invoiceId: string) {
  return { ...rejection, invoiceId };
}

/** The state that a filter means. */
export function statusStored(status: InvoiceStatus): Invoice['status'] {
  switch (status) {
    case 'DRAFT':
      return 'draft';
    case 'OPEN':
      return 'open';
    case 'PAID':
      return 'paid';
    case 'VOID':
      return 'void';
    default:
      return unreachable(status);
  }
}

const STATUS = { draft: 'DRAFT', open: 'OPEN', paid: 'PAID', void: 'VOID' } as const;

function datesView(invoice: Invoice) {
  const issued = invoice.status === 'draft' ? null : invoice;
  return {
    number: issued?.number ?? null,
    finalisedAt: issued?.finalisedAt ?? null,
    dueAt: issued?.dueAt ?? null,
    paidAt: invoice.status === 'paid' ? invoice.paidAt : null,
    voidedAt: invoice.status === 'void' ? invoice.voidedAt : null,
    declineCode: invoice.status === 'open' ? invoice.declineCode : null,
  };
}

const KIND = { fee: 'FEE', usage: 'USAGE', late: 'LATE' } as const satisfies Record<Line['kind'], LineKind>;

/** A line as the schema shows it. */
export function lineView(line: Line, currency: Currency) {
  const { id, key, description, quantity, includedQuantity, unitAmount, period, tiers } = line;
  return {
    id,
    kind: KIND[line.kind],
    key,
    subscription: { id: line.subscriptionId },
    description,
    meter: line.meterId === null ? null : { id: line.meterId },
    quantity,
    includedQuantity,
    unitAmount,
    amount: moneyView(line.amountMinor, currency),
    tax: moneyView(line.taxMinor, currency),
    period,
    tiers,
  };
}
