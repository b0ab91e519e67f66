import type { TollgateClient } from '@tollgate/client/client';
import type { DemoCustomer } from './scenario.js';

const FIELDS = `
  id number status currency revision period { from to }
  subtotal { minor } tax { minor } total { minor }
  lines { kind quantity amount { minor } meter { code } period { from to } }
  payment { provider status declineCode }`;

export interface Invoice {
  readonly id: string;
  readonly number: string | null;
  readonly status: 'DRAFT' | 'OPEN' | 'PAID' | 'VOID';
  readonly currency: string;
  readonly revision: number;
  readonly subtotal: { readonly minor: string };
  readonly tax: { readonly minor: string };
  readonly total: { readonly minor: string };
  readonly lines: readonly {
    readonly kind: 'FEE' | 'USAGE';
    readonly quantity: string;
    readonly amount: { readonly minor: string };
    readonly meter: { readonly code: string } | null;
    readonly period: { readonly from: string; readonly to: string };
  }[];
  readonly payment: {
    readonly provider: string | null;
    readonly status: string;
    readonly declineCode: string | null;
  } | null;
}

/** Everything that was invoiced to a customer, in order. */
export async function queryInvoices(client: TollgateClient, customer: DemoCustomer): Promise<Invoice[]> {
  const { invoices } = await client.call<{ invoices: { nodes: Invoice[] } }>(
    `query Invoices($customerId: ID!) { invoices(customerId: $customerId, first: 50) { nodes { ${FIELDS} } } }`,
    { customerId: customer.id },
  );
  return invoices.nodes;
}

/** Follows a customer's invoices over a subscription. */
export class InvoiceWatch {
  readonly #latest = new Map<string, Invoice>();
  readonly #stop: () => void;
  updates = 0;

  constructor(client: TollgateClient, customer: DemoCustomer) {
    this.#stop = client.watch<{ invoiceUpdated: Invoice }>(
      `subscription Invoices($customerId: ID!) { invoiceUpdated(customerId: $customerId) { ${FIELDS} } }`,
      { customerId: customer.id },
      ({ invoiceUpdated }) => {
        this.updates += 1;
        const known = this.#latest.get(invoiceUpdated.id);
        if (known === undefined || known.revision <= invoiceUpdated.revision)
          this.#latest.set(invoiceUpdated.id, invoiceUpdated);
      },
    );
  }

  /** True when the usage of the period was invoiced and nothing that was seen is still in motion. */
  settled(periodEnd: string): boolean {
    const all = [...this.#latest.values()];
    const closed = all.some((invoice) =>
      invoice.lines.some(
        (line) => line.kind === 'USAGE' && Date.parse(line.period.to) === Date.parse(periodEnd),
      ),
    );
    return closed && all.every(isSettled);
  }

  stop(): void {
    this.#stop();
  }
}

/** Paid, void, or open with a charge that was declined: nothing more happens by itself. */
export function isSettled({ status, payment }: Invoice): boolean {
  if (status === 'PAID' || status === 'VOID') return true;
  return status === 'OPEN' && payment !== null && payment.status === 'DECLINED';
}
