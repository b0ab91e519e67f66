import type { PublicApi } from '../api/public-api.js';
import type { InvoicesQuestion } from '../format/questions.js';
import { answerOf, coverageOf, selectionOf, type Coverage, type Facet, type Facets } from './facet.js';
import { listInvoices } from './invoice-list.js';
import type { Reader } from './reader.js';

interface Money {
  readonly amount: string;
}

interface LineNode {
  readonly kind: string;
  readonly key?: string | null;
  readonly part?: string | null;
  readonly quantity: string;
  readonly amount: Money;
  readonly period?: { readonly from: string; readonly to: string } | null;
  readonly subscription?: { readonly id: string } | null;
}

interface TaxNode {
  readonly name: string;
  readonly amount: Money;
}

/** An invoice as the API shows it. */
export type InvoiceNode = Readonly<Record<MoneyKey, Money>> & {
  readonly status: string;
  readonly currency: string;
  readonly createdAt: string;
  readonly finalisedAt: string | null;
  readonly dueAt: string | null;
  readonly taxTreatment: string;
  readonly taxes: readonly TaxNode[];
  readonly lines: readonly LineNode[];
  readonly dispute?: { readonly status: string } | null;
};

type MoneyKey =
  | 'subtotal'
  | 'discount'
  | 'tax'
  | 'total'
  | 'creditApplied'
  | 'walletApplied'
  | 'creditGenerated'
  | 'amountPaid'
  | 'amountDue';

const money = (key: MoneyKey): Facet<InvoiceNode> => ({
  at: `Invoice.${key}`,
  select: `${key} { amount }`,
  read: (invoice) => invoice[key].amount,
});

/** Zero while nothing in the API can make it anything else. */
const neutralMoney = (key: MoneyKey): Facet<InvoiceNode> => ({ ...money(key), neutral: { value: '0' } });

const plain = (key: 'status' | 'currency' | 'createdAt' | 'finalisedAt' | 'dueAt'): Facet<InvoiceNode> => ({
  at: `Invoice.${key}`,
  select: key,
  read: (invoice) => invoice[key],
});

/** The keys of a line, which the API shows by this type. */
export const lineFacets = (type: string): Facets<LineNode> => ({
  kind: { at: `${type}.kind`, select: 'kind', read: (line) => line.kind },
  key: { at: `${type}.key`, select: 'key', read: (line) => line.key },
  part: { at: `${type}.part`, select: 'part', read: (line) => line.part },
  quantity: { at: `${type}.quantity`, select: 'quantity', read: (line) => line.quantity },
  amount: { at: `${type}.amount`, select: 'amount { amount }', read: (line) => line.amount.amount },
  from: { at: `${type}.period`, select: 'period { from to }', read: (line) => line.period?.from },
  to: { at: `${type}.period`, select: 'period { from to }', read: (line) => line.period?.to },
  subscription: {
    at: `${type}.subscription`,
    select: 'subscription { id }',
    read: (line, names) =>
      line.subscription === null || line.subscription === undefined
        ? null
        : names.nameOf(line.subscription.id),
  },
});

const LINE = lineFacets('InvoiceLine');

/** The keys of an invoice but its lines. */
export const INVOICE_KEYS = {
  status: plain('status'),
  currency: plain('currency'),
  createdAt: plain('createdAt'),
  finalisedAt: plain('finalisedAt'),
  dueAt: plain('dueAt'),
  subtotal: money('subtotal'),
  discount: neutralMoney('discount'),
  taxTreatment: {
    at: 'Invoice.taxTreatment',
    select: 'taxTreatment',
    read: (invoice) => invoice.taxTreatment.toLowerCase(),
    neutral: { value: 'none' },
  },
  taxes: {
    at: 'Invoice.taxes',
    select: 'taxes { name amount { amount } }',
    read: (invoice) => invoice.taxes.map(({ name, amount }) => ({ name, amount: amount.amount })),
    neutral: { value: [] },
  },
  tax: money('tax'),
  total: money('total'),
  creditApplied: neutralMoney('creditApplied'),
  walletApplied: neutralMoney('walletApplied'),
  creditGenerated: neutralMoney('creditGenerated'),
  amountPaid: money('amountPaid'),
  amountDue: money('amountDue'),
} satisfies Facets<InvoiceNode>;

/** The invoices of a customer in the order of their creation. */
export const invoices: Reader<InvoicesQuestion> = {
  coverage: (question, api) => {
    const whole = coverageOf(keysOf(question.is), invoiceFacets(api), api);
    const lines = question.is.flatMap(({ lines: list }) => (Array.isArray(list) ? (list as object[]) : []));
    const inLines = coverageOf(keysOf(lines), LINE, api);
    return {
      lacking: [
        ...whole.lacking,
        ...inLines.lacking.map((key) => `lines.${key}`),
        ...missingValues(question, lines, api),
      ],
      assumed: [...whole.assumed, ...inLines.assumed.map((key) => `lines.${key}`)],
    } satisfies Coverage;
  },
  read: async (question, tenant) => {
    const facets = invoiceFacets(tenant.api);
    const customerId = tenant.idOf('customer', question.customer);
    const nodes = await listInvoices<InvoiceNode>(tenant, selectionOf(facets, tenant.api), customerId);
    return nodes.slice((question.from ?? 1) - 1).map((node) => answerOf(node, facets, tenant));
  },
};

function invoiceFacets(api: PublicApi): Facets<InvoiceNode> {
  return {
    ...INVOICE_KEYS,
    dispute: {
      at: 'Invoice.dispute',
      select: 'dispute { status }',
      read: (invoice) => invoice.dispute?.status ?? null,
    },
    lines: {
      at: 'Invoice.lines',
      select: `lines { ${selectionOf(LINE, api)} }`,
      read: (invoice, names) => invoice.lines.map((line) => answerOf(line, LINE, { api, names })),
    },
  };
}

/** Kinds of lines and states that the API does not know can never be answered. */
function missingValues(question: InvoicesQuestion, lines: readonly object[], api: PublicApi): string[] {
  const missing = (items: readonly object[], key: string, type: string): string[] => {
    const values = items.map((item) => Object.entries(item).find(([name]) => name === key)?.[1] as unknown);
    return [...new Set(values)]
      .filter((value) => typeof value === 'string' && !api.has(`${type}.${value}`))
      .map((value) => `${key} ${String(value)}`);
  };
  return [...missing(question.is, 'status', 'InvoiceStatus'), ...missing(lines, 'kind', 'LineKind')];
}

function keysOf(items: readonly object[]): string[] {
  return items.flatMap((item) => Object.keys(item));
}
