import type { Command as Sent } from '@tollgate/client/client';
import type { PublicApi } from '../api/public-api.js';
import type { Command } from '../format/commands.js';
import type { PreviewQuestion } from '../format/questions.js';
import type { Tenant } from '../play/tenant.js';
import { said } from '../verbs/verbs.js';
import { answerOf, coverageOf, selectionOf, type Facets } from './facet.js';
import { INVOICE_KEYS, lineFacets, type InvoiceNode } from './invoices.js';
import type { Reader } from './reader.js';

type Preview = Omit<InvoiceNode, 'status' | 'createdAt' | 'finalisedAt' | 'dueAt' | 'amountPaid'>;

const KEYS = [
  ...(['subtotal', 'discount', 'taxTreatment', 'taxes', 'tax', 'total'] as const),
  ...(['creditApplied', 'walletApplied', 'amountDue'] as const),
] as const;

/** Commands that make no invoice: nothing to ask for. */
const WITHOUT_INVOICE = new Set<Command['do']>([
  ...(['meter', 'plan', 'publish', 'addon', 'coupon', 'customer', 'update_customer'] as const),
  ...(['apply_coupon', 'remove_coupon', 'grant', 'auto_top_up', 'payer', 'entitle', 'quote'] as const),
]);

/** How a command is previewed: the field of the query's input that it stands in; null where it is the input. */
const PREVIEWED: Readonly<Record<string, { readonly query: string; readonly field: string | null }>> = {
  createSubscription: { query: 'previewSubscription', field: 'create' },
  changeSubscription: { query: 'previewSubscription', field: 'change' },
  cancelSubscription: { query: 'previewSubscription', field: 'cancel' },
  uncancelSubscription: { query: 'previewSubscription', field: 'uncancel' },
  pauseSubscription: { query: 'previewSubscription', field: 'pause' },
  resumeSubscription: { query: 'previewSubscription', field: 'resume' },
  addSubscriptionAddon: { query: 'previewSubscription', field: 'addAddon' },
  removeSubscriptionAddon: { query: 'previewSubscription', field: 'removeAddon' },
  createContract: { query: 'previewSubscription', field: 'createContract' },
  terminateContract: { query: 'previewSubscription', field: 'terminateContract' },
  acceptQuote: { query: 'previewSubscription', field: 'acceptQuote' },
  createCharge: { query: 'previewCharge', field: null },
};

/** What would be invoiced: at the end of a period, or by a command. */
export const preview: Reader<PreviewQuestion> = {
  coverage: (question, api) => {
    const covered = coverageOf(Object.keys(question.is ?? {}), facetsOf(api), api);
    return { ...covered, lacking: [...covered.lacking, ...lackingOf(question, api)] };
  },
  read: async (question, tenant) => {
    const { command, subscription } = question;
    const found =
      command === undefined
        ? await upcoming(tenant, tenant.idOf('subscription', subscription ?? ''))
        : await ofCommand(tenant, command);
    if (found === null) return null;
    const named = { api: tenant.api, names: tenant.names };
    const answer = answerOf(found, facetsOf(tenant.api), named);
    return command?.do === 'subscribe' ? namedAs(answer, command.name) : answer;
  },
};

function lackingOf({ command }: PreviewQuestion, api: PublicApi): readonly string[] {
  if (command === undefined) return api.has('PlanSubscription.upcomingInvoice') ? [] : ['preview'];
  const verb = said(command);
  if (verb === undefined) return [command.do];
  const lacks = verb.lacks(api);
  return api.has('Query.previewSubscription') ? lacks : [...lacks, 'preview'];
}

function facetsOf(api: PublicApi): Facets<Preview> {
  const lines = lineFacets('InvoicePreviewLine');
  return {
    ...Object.fromEntries(KEYS.map((key) => [key, { ...INVOICE_KEYS[key], at: `InvoicePreview.${key}` }])),
    lines: {
      at: 'InvoicePreview.lines',
      select: `lines { ${selectionOf(lines, api)} }`,
      read: (invoice, names) => invoice.lines.map((line) => answerOf(line, lines, { api, names })),
    },
  };
}

async function upcoming(tenant: Tenant, id: string): Promise<Preview | null> {
  const document = `query Upcoming($id: ID!) {
    subscription(id: $id) { upcomingInvoice { ${selectionOf(facetsOf(tenant.api), tenant.api)} } }
  }`;
  type Found = { subscription: { upcomingInvoice: Preview | null } | null };
  const { subscription } = await tenant.client.call<Found>(document, { id });
  return subscription?.upcomingInvoice ?? null;
}

async function ofCommand(tenant: Tenant, command: Command): Promise<Preview | null> {
  if (WITHOUT_INVOICE.has(command.do)) return null;
  const sent = await tenant.unsent(async (quiet) => {
    await said(command)?.run(quiet);
  });
  const found = await Promise.all(sent.map((one) => ask(tenant, one)));
  return found.find((one) => one !== null) ?? null;
}

async function ask(tenant: Tenant, { mutation, input }: Sent): Promise<Preview | null> {
  const previewed = PREVIEWED[mutation];
  if (previewed === undefined) throw new Error(`${mutation} has no preview`);
  const { query, field } = previewed;
  const type = field === null ? 'CreateChargeInput' : 'PreviewSubscriptionInput';
  const shown = field === null ? 'ChargePreview' : 'SubscriptionPreview';
  const document = `query Preview($input: ${type}!) { answer: ${query}(input: $input) {
    __typename
    ... on ${shown} { invoice { ${selectionOf(facetsOf(tenant.api), tenant.api)} } }
    ... on Rejection { message }
  } }`;
  type Answer = { readonly __typename: string; readonly invoice?: Preview | null; readonly message?: string };
  const variables = { input: field === null ? input : { [field]: input } };
  const { answer } = await tenant.client.call<{ answer: Answer }>(document, variables);
  if (answer.__typename !== shown) throw new Error(`${answer.__typename}: ${answer.message ?? ''}`);
  return answer.invoice ?? null;
}

/** A subscription that is not made yet has an id that nobody named. */
function namedAs(answer: Record<string, unknown>, name: string): Record<string, unknown> {
  const lines = answer['lines'] as readonly Readonly<Record<string, unknown>>[];
  return {
    ...answer,
    lines: lines.map((line) => {
      const of = line['subscription'];
      return typeof of === 'string' && of.startsWith('sub_') ? { ...line, subscription: name } : line;
    }),
  };
}
