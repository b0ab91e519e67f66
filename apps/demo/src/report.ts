import type { Invoice } from './invoices.js';
import type { DemoCustomer } from './scenario.js';
import type { Counts } from './stream.js';
import type { Totals } from './usage.js';

/** The result of a run: what `--json` writes. Counts are numbers, token totals and minor units are strings. */
export interface DemoResult {
  readonly mode: 'single' | 'distributed';
  readonly events: Counts;
  readonly resent: Counts;
  readonly customers: readonly CustomerResult[];
  readonly seconds: { readonly ready: number; readonly report: number; readonly settled: number };
}

export interface CustomerResult {
  readonly index: number;
  readonly id: string;
  readonly country: string;
  readonly usage: Totals;
  readonly live: Totals;
  readonly liveUpdates: number;
  readonly invoices: readonly InvoiceResult[];
}

interface InvoiceResult {
  readonly number: string | null;
  readonly status: string;
  readonly currency: string;
  readonly subtotalMinor: string;
  readonly taxMinor: string;
  readonly totalMinor: string;
  readonly lines: readonly {
    readonly kind: string;
    readonly meter: string | null;
    readonly quantity: string;
    readonly amountMinor: string;
  }[];
  readonly payment: {
    readonly provider: string | null;
    readonly status: string;
    readonly declineCode: string | null;
  } | null;
}

/** One customer's line of the report, amounts in minor units. */
export function customerResult(
  customer: DemoCustomer,
  seen: {
    readonly usage: Totals;
    readonly live: Totals;
    readonly liveUpdates: number;
    readonly invoices: readonly Invoice[];
  },
): CustomerResult {
  const { index, id, country } = customer;
  const { usage, live, liveUpdates } = seen;
  return { index, id, country, usage, live, liveUpdates, invoices: seen.invoices.map(invoiceResult) };
}

function invoiceResult(invoice: Invoice): InvoiceResult {
  return {
    number: invoice.number,
    status: invoice.status.toLowerCase(),
    currency: invoice.currency,
    subtotalMinor: invoice.subtotal.minor,
    taxMinor: invoice.tax.minor,
    totalMinor: invoice.total.minor,
    lines: invoice.lines.map((line) => ({
      kind: line.kind.toLowerCase(),
      meter: line.meter?.code ?? null,
      quantity: line.quantity,
      amountMinor: line.amount.minor,
    })),
    payment:
      invoice.payment === null
        ? null
        : {
            provider: invoice.payment.provider?.toLowerCase() ?? null,
            status: invoice.payment.status.toLowerCase(),
            declineCode: invoice.payment.declineCode,
          },
  };
}

/** The table at the end: a line per invoice. */
export function tableOf(result: DemoResult): string {
  const rows = result.customers.flatMap((customer) =>
    customer.invoices.map((invoice, position) => [
      position === 0 ? `${customer.index} ${customer.country}` : '',
      position === 0 ? customer.usage.input_tokens : '',
      position === 0 ? customer.usage.output_tokens : '',
      invoice.number ?? '(draft)',
      major(invoice.subtotalMinor),
      major(invoice.taxMinor),
      major(invoice.totalMinor),
      invoice.status,
      invoice.payment === null
        ? ''
        : [invoice.payment.provider, invoice.payment.status, invoice.payment.declineCode]
            .filter(Boolean)
            .join(' '),
    ]),
  );
  return aligned([
    ['customer', 'input', 'output', 'invoice', 'subtotal', 'tax', 'total USD', 'status', 'payment'],
    ...rows,
  ]);
}

const NUMERIC_COLUMNS = new Set([1, 2, 4, 5, 6]);

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        NUMERIC_COLUMNS.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

function major(minor: string): string {
  const digits = minor.replace('-', '').padStart(3, '0');
  return `${minor.startsWith('-') ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
