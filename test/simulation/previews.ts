import type { Identity } from '@tollgate/runtime/base/identity';
import type { House } from './house.js';

const AMOUNTS = [
  'subtotal',
  'discount',
  'tax',
  'total',
  'creditApplied',
  'creditGenerated',
  'amountDue',
] as const;
/** What an invoice and its preview show alike. */
export const COMPARED = `currency taxTreatment taxes { name amount { amount } }
  lines { kind key quantity amount { amount } period { from to } subscription { id } meter { id } }
  ${AMOUNTS.map((name) => `${name} { amount }`).join(' ')}`;

type Preview = { readonly [K in (typeof AMOUNTS)[number]]: { readonly amount: string } } & {
  readonly currency: string;
  readonly lines: readonly { readonly kind: string; readonly amount: { readonly amount: string } }[];
};

/** What a preview says as a whole. */
export interface Previewed {
  readonly __typename: string;
  readonly message?: string;
  readonly field?: string;
  readonly subscription?: { readonly status: string; readonly quantity: string };
  readonly invoice: Preview | null;
  readonly creditNotes: readonly {
    readonly creditNote: { readonly toBalance: { readonly amount: string } };
  }[];
}

/** Asks plans, usage and invoices one after the other, as the gateway's plan for a preview does. */
export async function previewOf(
  { at }: House,
  caller: Identity,
  [query, input]: readonly [query: 'previewSubscription' | 'previewInvoice', input: object],
): Promise<Previewed> {
  const type = `${query.charAt(0).toUpperCase()}${query.slice(1)}Input!`;
  const { answer } = await at.plans.ask<{ answer: Previewed & { readonly effect?: object } }>(
    caller,
    `query ($input: ${type}) { answer: ${query}(input: $input) {
      __typename ... on Rejection { message } ... on InvalidInput { field }
      ... on SubscriptionPreview { effect subscription { status quantity plan { id } planVersion { number } } } } }`,
    { input },
  );
  const { effect, ...shown } = answer;
  if (effect === undefined) return { ...shown, invoice: null, creditNotes: [] };
  const { totals } = await entity<{ totals: object }>(at.usage, caller, {
    reference: { __typename: 'SubscriptionPreview', effect },
    fields: 'totals',
  });
  const made = await entity<Pick<Previewed, 'invoice' | 'creditNotes'>>(at.invoices, caller, {
    reference: { __typename: 'SubscriptionPreview', effect, totals },
    fields: `invoice { ${COMPARED} } creditNotes { creditNote { toDue { amount } toBalance { amount } } }`,
  });
  return { ...shown, ...made };
}

/** The invoice that the end of a subscription's period makes; null where it makes none. */
export async function upcomingOf({ at }: House, caller: Identity, id: string): Promise<Preview | null> {
  const { subscription } = await at.plans.ask<{ subscription: { upcomingEffect: object | null } | null }>(
    caller,
    'query ($id: ID!) { subscription(id: $id) { upcomingEffect } }',
    { id },
  );
  if (subscription === null) return null;
  const reference = { __typename: 'PlanSubscription', id, ...subscription };
  const { upcomingTotals } = await entity<{ upcomingTotals: object | null }>(at.usage, caller, {
    reference,
    fields: 'upcomingTotals',
  });
  const { upcomingInvoice } = await entity<{ upcomingInvoice: Preview | null }>(at.invoices, caller, {
    reference: { ...reference, upcomingTotals },
    fields: `upcomingInvoice { ${COMPARED} }`,
  });
  return upcomingInvoice;
}

async function entity<T>(
  operations: House['at']['usage'],
  caller: Identity,
  { reference, fields }: { readonly reference: Reference; readonly fields: string },
): Promise<T> {
  const { _entities: found } = await operations.ask<{ _entities: readonly T[] }>(
    caller,
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${reference.__typename} { ${fields} } } }`,
    { of: [reference] },
  );
  const [one] = found;
  if (one === undefined) throw new Error('nothing was answered');
  return one;
}

type Reference = { readonly __typename: string } & Readonly<Record<string, unknown>>;
