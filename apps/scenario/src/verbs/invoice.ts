import type { CreditNoteCommand, InvoiceCommand, PayOfflineCommand } from '../format/invoice-commands.js';
import { invoiceIds } from '../questions/invoice-list.js';
import { ACCEPTED, lacking, type Outcome, type Verb } from './verb.js';
import type { Tenant } from '../play/tenant.js';

/** Mutations that take an invoice and nothing else but what is said here. */
const MUTATIONS: Readonly<
  Record<string, { mutation: string; wanted: string; more?: Readonly<Record<string, string>> }>
> = {
  finalise: { mutation: 'finaliseInvoice', wanted: 'InvoiceFinalised' },
  void: { mutation: 'voidInvoice', wanted: 'InvoiceVoided', more: { reason: 'The scenario says so.' } },
  write_off: {
    mutation: 'writeOffInvoice',
    wanted: 'InvoiceWrittenOff',
    more: { reason: 'The scenario says so.' },
  },
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

/** Parts of an invoice are given back; lines are named by their position. */
export const creditNote: Verb<CreditNoteCommand> = {
  lacks: ({ to, ...step }, api) =>
    lacking({
      api,
      step,
      fields: { customer: null, invoice: null, items: null },
      needs: [
        { what: step.do, at: ['Mutation.createCreditNote'] },
        ...(to === undefined ? [] : [{ what: `to ${to}`, at: [`CreditTarget.${to.toUpperCase()}`] }]),
      ],
    }),
  run: async (step, tenant) => {
    const invoiceId = await positionId(step, tenant);
    const lines = await lineIds(tenant, invoiceId);
    const answer = await tenant.send<object>(
      {
        mutation: 'createCreditNote',
        wanted: 'CreditNoteCreated',
        fields: '__typename',
        input: {
          invoiceId,
          items: step.items.map(({ line, amount }) => ({
            lineId: lines[line - 1] ?? `unknown_${line}`,
            amount,
          })),
          ...(step.to === undefined ? {} : { to: step.to.toUpperCase() }),
        },
      },
      step.idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};

/** Money that came another way. */
export const payOffline: Verb<PayOfflineCommand> = {
  lacks: (step, api) =>
    lacking({
      api,
      step,
      fields: { customer: null, invoice: null, amount: null },
      needs: [{ what: step.do, at: ['Mutation.recordOfflinePayment'] }],
    }),
  run: async (step, tenant) => {
    const { amount } = step;
    const invoiceId = await positionId(step, tenant);
    const answer = await tenant.send<object>(
      {
        mutation: 'recordOfflinePayment',
        wanted: 'OfflinePaymentRecorded',
        fields: '__typename',
        input: { invoiceId, amount },
      },
      step.idempotencyKey,
    );
    return answer.accepted ? ACCEPTED : answer;
  },
};

async function lineIds(tenant: Tenant, id: string): Promise<readonly string[]> {
  const document = 'query Lines($id: ID!) { invoice(id: $id) { lines { id } } }';
  type Found = { invoice: { lines: readonly { id: string }[] } | null };
  const { invoice: found } = await tenant.client.call<Found>(document, { id });
  return found?.lines.map((line) => line.id) ?? [];
}

/** The id of a customer's invoice, named by its position. */
export async function positionId(
  step: { readonly customer: string; readonly invoice: number },
  tenant: Tenant,
): Promise<string> {
  const ids = await invoiceIds(tenant, tenant.idOf('customer', step.customer));
  return ids[step.invoice - 1] ?? `unknown_${step.invoice}`;
}
