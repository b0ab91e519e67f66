import { majorText, money } from '@tollgate/kernel/money/money';
import { unreachable } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Line } from './domain/computation.js';
import type { Invoice } from './domain/invoice.js';
import type { InvoiceStatus } from '../generated/graphql.js';
import type { StoredInvoice } from './store.js';

/** An invoice as the schema shows it. */
export function invoiceView({ id, invoice }: StoredInvoice) {
  const { basis, totals, lines, createdAt, revision } = invoice;
  const amount = (minor: bigint) => moneyView(minor, basis.currency);
  return {
    id,
    status: statusView(invoice.status),
    customer: { id: basis.customerId },
    subscription: basis.subscriptionId === null ? null : { id: basis.subscriptionId },
    currency: basis.currency,
    period: basis.period,
    lines: lines.map((line) => lineView(line, basis.currency)),
    subtotal: amount(totals.subtotalMinor),
    tax: amount(totals.taxMinor),
    total: amount(totals.totalMinor),
    amountDue: amount(dueMinor(invoice)),
    taxRate: basis.taxPercent,
    createdAt,
    revision,
    ...datesView(invoice),
  };
}

/** Where an invoice stands, in the schema's words. */
export function statusView(status: Invoice['status']): InvoiceStatus {
  return STATUS[status];
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

function dueMinor({ status, totals }: Invoice): bigint {
  const collectable = status === 'draft' || status === 'open';
  return collectable && totals.totalMinor > 0n ? totals.totalMinor : 0n;
}

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

/** A line as the schema shows it. */
export function lineView(line: Line, currency: Currency) {
  const { id, description, quantity, includedQuantity, unitAmount, period, tiers } = line;
  return {
    id,
    kind: line.kind === 'fee' ? ('FEE' as const) : ('USAGE' as const),
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

/** An amount with all decimals of its currency. */
export function moneyView(minor: bigint, currency: Currency) {
  return { amount: majorText(money(minor, currency)), minor: minor.toString(), currency };
}
