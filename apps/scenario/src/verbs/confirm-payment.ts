import { setTimeout as pause } from 'node:timers/promises';
import type { ConfirmPaymentCommand } from '../format/invoice-commands.js';
import type { Tenant } from '../play/tenant.js';
import { positionId } from './invoice.js';
import { ACCEPTED, lacking, type Verb } from './verb.js';

interface Waiting {
  readonly payments: { readonly nodes: readonly { readonly confirmationUrl: string | null }[] };
}

/** The provider tells us by a webhook, a moment after the customer confirmed. */
const NEWS_MAX_MS = 20_000;
const POLL_MS = 50;

/** The customer goes where the payment says, and confirms it there: nothing of that is asked of the API. */
export const confirmPayment: Verb<ConfirmPaymentCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { customer: null, invoice: null },
      needs: [{ what: step.do, at: ['Payment.confirmationUrl', 'Query.payments'] }],
    }),
  run: async (step, tenant) => {
    const id = await positionId(step, tenant);
    const [waiting] = await waitingOf(tenant, id);
    if (waiting === undefined) return rejected('Nothing waits for the customer.');
    if (waiting.confirmationUrl === null) return rejected('The provider gave no address to confirm it at.');
    const { status } = await fetch(waiting.confirmationUrl);
    if (status !== 200) return rejected(`The provider answers ${status}.`);
    const deadline = Date.now() + NEWS_MAX_MS;
    while ((await waitingOf(tenant, id)).length > 0) {
      if (Date.now() > deadline) throw new Error('the confirmed payment waits all the same');
      await pause(POLL_MS);
    }
    return ACCEPTED;
  },
};

async function waitingOf(tenant: Tenant, id: string): Promise<Waiting['payments']['nodes']> {
  const document = `query Waiting($id: ID!) {
    payments(invoiceId: $id, status: REQUIRES_ACTION) { nodes { confirmationUrl } }
  }`;
  return (await tenant.client.call<Waiting>(document, { id })).payments.nodes;
}

const rejected = (message: string) => ({ accepted: false, type: 'InvalidInput', message }) as const;
