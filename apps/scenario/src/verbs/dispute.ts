import { setTimeout as pause } from 'node:timers/promises';
import type { InvoiceCommand, ResolveDisputeCommand } from '../format/invoice-commands.js';
import type { Tenant } from '../play/tenant.js';
import { positionId } from './invoice.js';
import { ACCEPTED, lacking, type Outcome, type Verb } from './verb.js';

type Found = {
  readonly invoice: { readonly dispute: { readonly status: string } | null } | null;
  readonly payments: { readonly nodes: readonly { readonly reference: string | null }[] };
};

/** The provider tells us by a webhook, a moment after the bank did. */
const NEWS_MAX_MS = 20_000;
const POLL_MS = 50;

/** The customer disputes what it paid, at its bank: nothing of that is asked of the API. */
export const dispute: Verb<InvoiceCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { customer: null, invoice: null },
      needs: [{ what: step.do, at: ['Invoice.dispute', 'Payment.reference'] }],
    }),
  run: async (step, tenant) => {
    const id = await positionId(step, tenant);
    return atBank(tenant, { id, path: 'disputes', wanted: 'OPEN', body: {} });
  },
};

/** The bank decides. */
export const resolveDispute: Verb<ResolveDisputeCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { customer: null, invoice: null, outcome: null },
      needs: [{ what: step.do, at: [`DisputeStatus.${step.outcome.toUpperCase()}`] }],
    }),
  run: async (step, tenant) => {
    const { outcome } = step;
    const id = await positionId(step, tenant);
    const wanted = outcome.toUpperCase();
    return atBank(tenant, { id, path: 'disputes/resolve', wanted, body: { outcome } });
  },
};

interface AtBank {
  readonly id: string;
  readonly path: string;
  /** How the invoice's dispute stands afterwards. */
  readonly wanted: string;
  readonly body: object;
}

async function atBank(tenant: Tenant, { id, path, wanted, body }: AtBank): Promise<Outcome> {
  const { invoice, payments } = await lookAt(tenant, id);
  if (invoice === null)
    return { accepted: false, type: 'UnknownInvoice', message: 'There is no such invoice.' };
  for (const { reference } of payments.nodes) {
    if (reference === null) continue;
    const { status } = await fetch(`${tenant.providersUrl}/_control/${path}`, {
      method: 'POST',
      body: JSON.stringify({ reference, ...body }),
    });
    if (status !== 200) continue;
    await heard(tenant, id, wanted);
    return ACCEPTED;
  }
  return { accepted: false, type: 'InvalidInput', message: 'The bank has nothing to do with that.' };
}

async function heard(tenant: Tenant, id: string, wanted: string): Promise<void> {
  const deadline = Date.now() + NEWS_MAX_MS;
  while ((await lookAt(tenant, id)).invoice?.dispute?.status !== wanted) {
    if (Date.now() > deadline) throw new Error(`nobody heard that the dispute is ${wanted}`);
    await pause(POLL_MS);
  }
}

async function lookAt(tenant: Tenant, id: string): Promise<Found> {
  const document = `query Disputed($id: ID!) {
    invoice(id: $id) { dispute { status } }
    payments(invoiceId: $id, status: SUCCEEDED) { nodes { reference } }
  }`;
  return tenant.client.call<Found>(document, { id });
}
