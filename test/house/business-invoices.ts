import { backend } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import type { Business } from './business.js';

type On = Business['on'];

interface Shown {
  readonly id: string;
  readonly status: string;
}

interface Page {
  readonly nodes: readonly Shown[];
}

/** The first invoice of a customer that stands like this. */
export const invoiceOf = (
  on: On,
  tenant: TestTenant,
  { customerId, status }: { readonly customerId: string; readonly status: string },
): Promise<Shown> =>
  waitFor(`an invoice that is ${status}`, async () => {
    const query = `{ invoices(customerId: "${customerId}") { nodes { id status } } }`;
    const data = await on('invoices').ask<{ readonly invoices: Page }>(backend(tenant), query);
    return data.invoices.nodes.find((one) => one.status === status) ?? null;
  });

/** Waits until the payment that began by itself has come to nothing. */
export const declined = (on: On, tenant: TestTenant, invoiceId: string): Promise<unknown> =>
  waitFor('the first payment to be declined', async () => {
    const query = 'query ($id: ID!) { payments(invoiceId: $id) { nodes { id status } } }';
    const asked = { id: invoiceId };
    const data = await on('payments').ask<{ readonly payments: Page }>(backend(tenant), query, asked);
    return data.payments.nodes[0]?.status === 'DECLINED';
  });

/** What is done about an invoice that could not be collected. */
export const dunningOf = (on: On, tenant: TestTenant, invoiceId: string): Promise<string> =>
  waitFor('what is done about the invoice', async () => {
    const query = 'query ($id: ID!) { dunningRuns(invoiceId: $id) { nodes { id status } } }';
    const asked = { id: invoiceId };
    const data = await on('payments').ask<{ readonly dunningRuns: Page }>(backend(tenant), query, asked);
    return data.dunningRuns.nodes.find(({ status }) => status === 'RETRYING')?.id ?? null;
  });
