import type { InvoiceCommand } from '../format/invoice-commands.js';
import { invoiceIds } from '../questions/invoice-list.js';
import { ACCEPTED, lacking, type Outcome, type Verb } from './verb.js';
import type { Tenant } from '../play/tenant.js';

/** Mutations that take an invoice and nothing else but what is said here. */
const MUTATIONS: Readonly<
  Record<string, { mutation: string; wanted: string; more?: Readonly<Record<string, string>> }>
> = {
  finalise: { mutation: 'finaliseInvoice', wanted: 'InvoiceFinalised' },
  void: { mutation: 'voidInvoice', wanted: 'InvoiceVoided', more: { reason: 'The scenario says so.' } },
  pay: { mutation: 'payInvoice', wanted: 'PaymentStarted' },
};

/** What is done to one invoice of a customer, named by its position. */
export const invoice: Verb<InvoiceCommand> = {
  lacks: (step, api) => {
    const known = MUTATIONS[step.do];
    const place = known === undefined ? `no mutation for ${step.do}` : `Mutation.${known.mutation}`;
    return lacking({
      api,
      step,
      fields: { customer: null, invoice: null },
      needs: [{ what: step.do, at: [place] }],
    });
  },
  run: async (step, tenant) => {
    const known = MUTATIONS[step.do];
    if (known === undefined) throw new Error(`${step.do} has no mutation`);
    const { mutation, wanted, more = {} } = known;
    const invoiceId = await positionId(step, tenant);
    const answer = await tenant.send<object>(
      { mutation, wanted, fields: '__typename', input: { invoiceId, ...more } },
      step.idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : (answer satisfies Outcome);
  },
};

async function positionId(
  step: { readonly customer: string; readonly invoice: number },
  tenant: Tenant,
): Promise<string> {
  const ids = await invoiceIds(tenant, tenant.idOf('customer', step.customer));
  return ids[step.invoice - 1] ?? `unknown_${step.invoice}`;
}
