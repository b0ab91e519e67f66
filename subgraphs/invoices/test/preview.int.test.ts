import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  subscriptionEnded,
  subscriptionPeriodStarted,
  type SubscriptionTerms,
} from '@tollgate/contracts/plans/subscription';
import { decimal } from '@tollgate/kernel/number/decimal';
import type { Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import { backend, portal } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { flat, graduated, perUnit } from './charges.js';
import {
  INPUT as TOKENS,
  monthOf,
  MONTHS,
  OUTPUT as CALLS,
  priceOf,
  startInvoices,
  type Invoices,
} from './harness.js';

let suite: Invoices;
let tenant: TestTenant;

beforeAll(async () => {
  suite = await startInvoices();
  tenant = await suite.openTenant({ invoiceGraceSeconds: 0 });
});
afterAll(() => suite.stop());

test('a preview is what the close invoices, line for line', async () => {
  const { terms, customerId } = await subscribe('DE');
  const before = await previewed(terms, { [TOKENS]: '4500000', [CALLS]: '30' });
  expect(before).toMatchObject({
    __typename: 'InvoicePreview',
    customer: { id: customerId },
    subscription: { id: terms.subscriptionId },
    period: { from: MONTHS[0], to: MONTHS[1] },
    taxTreatment: 'DESTINATION',
    taxes: [{ percent: '19' }],
    lines: [
      { kind: 'USAGE', meter: { id: TOKENS }, includedQuantity: '1000000', amount: { minor: '525' } },
      { kind: 'USAGE', meter: { id: CALLS }, tiers: [{ tier: 1 }, { tier: 2 }], amount: { minor: '200' } },
      { kind: 'FEE', amount: { minor: '2000' }, period: null },
    ],
    subtotal: { minor: '2725' },
    tax: { minor: '518' },
    total: { minor: '3243' },
  });
  await suite.close(tenant, terms, { index: 0, quantities: { [TOKENS]: '4500000', [CALLS]: '30' } });
  const invoice = await suite.invoiceOf(tenant, customerId, 1);
  const minors = ({ subtotal, tax, total }: Row) =>
    [subtotal, tax, total].map((one) => one as { minor: string }).map(({ minor }) => minor);
  expect(minors(invoice as unknown as Row)).toEqual(minors(before));
});

test('the next period is open once one is closed, and is previewed with late usage of that', async () => {
  const { terms, customerId } = await subscribe('US');
  await suite.close(tenant, terms, { index: 0, quantities: { [TOKENS]: '1000000' } });
  await suite.invoiceOf(tenant, customerId, 1);
  await suite.close(tenant, terms, { index: 0, quantities: { [TOKENS]: '2000000' }, revision: 2 });
  const preview = await waitFor('the second period', async () => {
    const answer = await previewed(terms, {});
    const lines = (answer['lines'] ?? []) as readonly Row[];
    return lines.length === 4 ? answer : null;
  });
  expect(preview).toMatchObject({
    period: { from: MONTHS[1] },
    lines: [
      {},
      {},
      { kind: 'FEE' },
      { quantity: '1000000', amount: { minor: '150' }, period: { from: MONTHS[0] } },
    ],
    total: { minor: '2150' },
  });
  // Told by an earlier release.
  await suite.tell(tenant, subscriptionPeriodStarted, {
    aggregate: terms.subscriptionId,
    data: { terms, period: monthOf(2), index: 2 },
  });
  await waitFor('the third period', async () => {
    const { period } = (await previewed(terms, {})) as { period: Row };
    return period['from'] === MONTHS[2];
  });
});

test('a subscription that ended has no fees to come, and nothing to preview once its last period is invoiced', async () => {
  const { terms } = await subscribe('US');
  const { subscriptionId, customerId } = terms;
  const endsAt = MONTHS[1] ?? '';
  await suite.tell(tenant, subscriptionEnded, {
    aggregate: subscriptionId,
    data: { subscriptionId, customerId, endsAt },
  });
  await waitFor('the end', async () => {
    const { lines } = (await previewed(terms, {})) as { lines: readonly Row[] };
    return lines.every(({ kind }) => kind === 'USAGE');
  });
  await suite.close(tenant, terms, { index: 0, quantities: {}, revision: 1, next: null });
  await suite.invoiceOf(tenant, customerId, 1);
  expect(await previewed(terms, {})).toMatchObject({ __typename: 'SubscriptionOver', endedAt: endsAt });
});

test('an end that is heard of before the start is not forgotten', async () => {
  const subscriptionId = newId('sub');
  const endsAt = MONTHS[1] ?? '';
  await suite.tell(tenant, subscriptionEnded, {
    aggregate: subscriptionId,
    data: { subscriptionId, customerId: newId('cus'), endsAt },
  });
  const { terms } = await subscribe('US', { subscriptionId });
  const { lines } = (await previewed(terms, {})) as { lines: readonly Row[] };
  expect(lines.map(({ kind }) => kind)).toEqual(['USAGE', 'USAGE']);
});

test('a preview refuses what it cannot price, and shows customers their own subscriptions only', async () => {
  const { terms } = await subscribe('US');
  const stranger = newId('mtr');
  expect(await previewed(terms, { [stranger]: '1' })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.usage[0].meterId',
  });
  expect(await previewed(terms, { [TOKENS]: '1000000000000001' })).toMatchObject({
    field: 'input.usage[0].quantity',
  });
  const unknown = { ...terms, subscriptionId: newId('sub') };
  expect(await previewed(unknown, {})).toMatchObject({ __typename: 'UnknownSubscription' });
  const [own, other] = [portal(tenant, terms.customerId), portal(tenant, newId('cus'))];
  expect(await previewed(terms, {}, own)).toMatchObject({ __typename: 'InvoicePreview' });
  expect(await previewed(terms, {}, other)).toMatchObject({ __typename: 'UnknownSubscription' });
});

test('a subscription whose start is still on its way here is previewed once it is there', async () => {
  const prices = [priceOf('plan', null, flat('20'))];
  for (let made = 0; made < 5; made += 1) {
    const { terms } = await suite.subscribe(tenant, 'US', { prices });
    expect(await previewed(terms, {})).toMatchObject({ __typename: 'InvoicePreview' });
  }
});

/** A subscription whose first fee is invoiced. */
async function subscribe(country: string, more: Partial<SubscriptionTerms> = {}) {
  const prices = [
    priceOf('plan', null, flat('20')),
    priceOf('tokens', TOKENS, perUnit('0.0000015', { includedUnits: decimal('1000000') })),
    priceOf('calls', CALLS, graduated(['10', '0.1'], [null, '0.05'])),
  ];
  const subscribed = await suite.subscribe(tenant, country, { prices, ...more });
  await suite.invoiceOf(tenant, subscribed.customerId, 0);
  return subscribed;
}

async function previewed(
  { subscriptionId }: SubscriptionTerms,
  quantities: Readonly<Record<string, string>>,
  caller: Identity = backend(tenant),
): Promise<Row> {
  const usage = Object.entries(quantities).map(([meterId, quantity]) => ({ meterId, quantity }));
  const { previewInvoice } = await suite.ask<{ previewInvoice: Row }>(
    caller,
    `query ($input: PreviewInvoiceInput!) { previewInvoice(input: $input) { __typename
      ... on InvoicePreview { customer { id } subscription { id } currency period { from to }
        taxTreatment taxes { percent } subtotal { minor } tax { minor } total { minor }
        lines { kind meter { id } quantity includedQuantity amount { minor } period { from to } tiers { tier } } }
      ... on UnknownSubscription { subscriptionId } ... on SubscriptionOver { endedAt }
      ... on InvalidInput { field } } }`,
    { input: { subscriptionId, usage } },
  );
  return previewInvoice;
}
