import { upcastTerms } from '@tollgate/contracts/plans/terms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { invoiceFinalised, invoicePaid, invoiceVoided } from '@tollgate/contracts/invoices/invoice';
import { paymentFailed, paymentSettled } from '@tollgate/contracts/payments/payment';
import { subscriptionStarted, type SubscriptionTerms } from '@tollgate/contracts/plans/subscription';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import type { DataOf, EventContract } from '@tollgate/contracts/event';
import { canonicalJson } from '@tollgate/kernel/codec';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, UTC } from '@tollgate/kernel/time/time';
import type { Row, TenantTx } from '@tollgate/runtime/database/db';
import { Retryable } from '@tollgate/runtime/base/errors';
import { signIdentity, type Identity } from '@tollgate/runtime/base/identity';
import { readStreams } from '@tollgate/runtime/journal/journal';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import {
  createTestPlatform,
  createTestTenant,
  setTestClock,
  TEST_IDENTITY_SECRET,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import type { Terms } from '../src/period/domain/terms.js';
import { compute } from '../src/invoice/domain/computation.js';
import { invoiceDecider, type InvoiceEvent } from '../src/invoice/domain/invoice.js';
import { hashOf } from '../src/period/handlers/basis.js';
import { billStarts } from '../src/period/handlers/start.js';
import { finaliseInvoice } from '../src/invoice/handlers.js';
import { create } from '../src/main.js';
import { rowOf } from '../src/invoice/store.js';
import { flat, USD } from './charges.js';

const START = '2024-01-01T00:00:00.000Z';
const MONTHS = [START, '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z', '2024-04-01T00:00:00.000Z'];
const GRACE_SECONDS = 3_600;
const INPUT = newId('mtr');
const OUTPUT = newId('mtr');

let platform: TestPlatform;
let subgraph: RunningSubgraph;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  subgraph = await startSubgraph(platform, await create(platform, {}));
  tenant = await openTenant();
});
afterAll(async () => {
  await subgraph.stop();
  await platform.destroy();
});

test('a subscription with a fee gets a final invoice for its first period at once', async () => {
  const { customerId, terms } = await subscribe(tenant, 'DE');
  const invoice = await invoiceOf(tenant, customerId, 0, 'OPEN');
  expect(invoice).toMatchObject({
    status: 'OPEN',
    number: expect.stringMatching(/^INV-\d{6}$/),
    customer: { id: customerId },
    subscription: { id: terms.subscriptionId },
    currency: 'USD',
    period: { from: MONTHS[0], to: MONTHS[1] },
    subtotal: { amount: '20.00', minor: '2000', currency: 'USD' },
    tax: { minor: '380' },
    total: { minor: '2380' },
    amountDue: { minor: '2380' },
    discount: { minor: '0' },
    taxTreatment: 'DESTINATION',
    taxes: [{ name: 'Tax', percent: '19', amount: { minor: '380' } }],
    finalisedAt: START,
    dueAt: START,
    lines: [{ kind: 'FEE', meter: null, quantity: '1', unitAmount: '20', tiers: [], tax: { minor: '380' } }],
  });
});

test('a closed period becomes a draft, late usage re-totals it, and the clock finalises it', async () => {
  const own = await openTenant();
  const { customerId, terms } = await subscribe(own, 'DE');
  await close(own, terms, 0, { [INPUT]: '4500000', [OUTPUT]: '150000' });
  const draft = await invoiceOf(own, customerId, 1, 'DRAFT');
  expect(draft.number).toBeNull();
  expect(draft.lines).toMatchObject([
    {
      kind: 'USAGE',
      meter: { id: INPUT },
      quantity: '4500000',
      includedQuantity: '1000000',
      amount: { minor: '525' },
    },
    { kind: 'USAGE', meter: { id: OUTPUT }, unitAmount: null, amount: { minor: '124' } },
    { kind: 'FEE', amount: { minor: '2000' }, period: { from: MONTHS[1], to: MONTHS[2] } },
  ]);
  await close(own, terms, 0, { [INPUT]: '4500000', [OUTPUT]: '300000' }, { revision: 2 });
  const retotalled = await waitFor('the re-total', async () => {
    const invoice = await invoiceOf(own, customerId, 1);
    return invoice.revision === 2 ? invoice : null;
  });
  expect(retotalled.lines[1]).toMatchObject({
    amount: { minor: '224' },
    tiers: [
      { tier: 1, upTo: '20000', quantity: '20000', unitAmount: '0.00001', flatAmount: '0', amount: '0.2' },
      { tier: 2, upTo: '200000', quantity: '180000', amount: '1.44' },
      { tier: 3, upTo: null, quantity: '100000', amount: '0.6' },
    ],
  });
  expect(retotalled).toMatchObject({
    subtotal: { minor: '2749' },
    tax: { minor: '522' },
    total: { minor: '3271' },
  });
  await setTestClock(platform, own.id, '2024-02-01T00:59:59.000Z');
  expect((await invoiceOf(own, customerId, 1)).status).toBe('DRAFT');
  await setTestClock(platform, own.id, '2024-02-02T00:00:00.000Z');
  const final = await invoiceOf(own, customerId, 1, 'OPEN');
  expect(final).toMatchObject({ number: 'INV-000002', finalisedAt: '2024-02-01T01:00:00.000Z' });
});

test('late usage after finalisation is a line of the next invoice, from the billed position on', async () => {
  const own = await openTenant({ invoiceGraceSeconds: 0 });
  const { customerId, terms } = await subscribe(own, 'US');
  await close(own, terms, 0, { [INPUT]: '1999999', [OUTPUT]: '0' });
  const first = await invoiceOf(own, customerId, 1, 'OPEN');
  expect(first.lines).toMatchObject([
    { amount: { minor: '150' } },
    { amount: { minor: '0' }, tiers: [] },
    {},
  ]);
  await close(own, terms, 0, { [INPUT]: '3000000', [OUTPUT]: '0' }, { revision: 2 });
  await close(own, terms, 1, { [INPUT]: '0', [OUTPUT]: '0' });
  const second = await invoiceOf(own, customerId, 2, 'OPEN');
  expect(second.lines.at(-1)).toMatchObject({
    kind: 'LATE',
    description: 'Input tokens (late usage)',
    quantity: '1000001',
    includedQuantity: '0',
    amount: { minor: '150' },
    period: { from: MONTHS[0] },
  });
  expect((await invoiceOf(own, customerId, 1)).revision).toBe(first.revision);
});

test('late usage after the end of a subscription gets an invoice of its own', async () => {
  const own = await openTenant({ invoiceGraceSeconds: 0 });
  const { customerId, terms } = await subscribe(own, 'US');
  await close(own, terms, 0, { [INPUT]: '0', [OUTPUT]: '0' }, { next: null });
  // Nothing was used, so there is nothing to collect.
  expect(await invoiceOf(own, customerId, 1, 'PAID')).toMatchObject({
    amountDue: { minor: '0' },
    lines: [{}, {}],
  });
  await close(own, terms, 0, { [INPUT]: '0', [OUTPUT]: '20000' }, { next: null, revision: 2 });
  const late = await invoiceOf(own, customerId, 2, 'OPEN');
  expect(late).toMatchObject({
    total: { minor: '20' },
    lines: [{ quantity: '20000', meter: { id: OUTPUT } }],
  });
});

test('messages that come again, late or out of order bill nothing twice', async () => {
  const own = await openTenant({ invoiceGraceSeconds: 0 });
  const customerId = newId('cus');
  const terms = termsFor(customerId);
  // The totals overtake the start; an older revision follows a newer one; everything comes twice.
  await send(own, customerChanged, customerId, customerOf(customerId, 'DE', 2));
  await send(own, customerChanged, customerId, customerOf(customerId, 'US', 1));
  await close(own, terms, 0, { [INPUT]: '2000000', [OUTPUT]: '0' }, { revision: 2 });
  await close(own, terms, 0, { [INPUT]: '1500000', [OUTPUT]: '0' }, { revision: 1 });
  await close(own, terms, 0, { [INPUT]: '2000000', [OUTPUT]: '0' }, { revision: 2 });
  for (let time = 0; time < 2; time += 1) await start(own, terms);
  await close(own, terms, 1, { [INPUT]: '0', [OUTPUT]: '0' }, { next: null });
  const invoices = await waitFor('all invoices', async () => {
    const list = await invoicesOf(own, customerId);
    return list.length >= 3 ? list : null;
  });
  expect(invoices.map((one) => one.subtotal.minor)).toEqual(['2150', '2000', '0']);
  expect(invoices.map((one) => one.taxes[0]?.percent)).toEqual(['19', '19', '19']);
  await settled(own);
  expect(await invoicesOf(own, customerId)).toHaveLength(3);
});

test('what arrives before its customer is tried again: nothing is written, and it is billed when it comes again', async () => {
  const own = await openTenant();
  const customerId = newId('cus');
  const first = monthOf(0);
  const given = {
    terms: plainTerms(customerId),
    period: { from: instant(first.from), to: instant(first.to) },
    occurredAt: instant(START),
  };
  const bill = () => platform.db.tenant(own.scope, (tx) => billStarts(tx, [given]));
  await expect(bill()).rejects.toThrow(Retryable);
  expect(await rowsOf(own, 'SELECT 1 FROM {t}.event')).toEqual([]);
  await send(own, customerChanged, customerId, customerOf(customerId, 'DE', 1));
  await settled(own);
  await bill();
  expect(await invoiceOf(own, customerId, 0, 'OPEN')).toMatchObject({
    number: 'INV-000001',
    taxes: [{ percent: '19' }],
  });
});

test('500 subscriptions close in one message, once each', async () => {
  const own = await openTenant();
  const all = Array.from({ length: 500 }, () => termsFor(newId('cus')));
  await platform.db.tenant(own.scope, async (tx) => {
    await publish(
      tx,
      all.map(({ customerId }) =>
        outgoing(customerChanged, customerId, instant(START), customerOf(customerId, 'DE', 1)),
      ),
    );
  });
  const totals = all.map((terms) => totalsOf(terms, 0, { [INPUT]: '2000000', [OUTPUT]: '10' }));
  await send(own, usagePeriodTotalled, newId('sub'), { totals });
  await waitFor('500 drafts', async () => (await countOf(own, 'draft')) === 500n);
  await setTestClock(platform, own.id, '2024-02-02T00:00:00.000Z');
  await waitFor('500 open invoices', async () => (await countOf(own, 'open')) === 500n);
  expect(gapsOf(await numbersOf(own))).toEqual([]);
});

test('numbers have no gaps however many are finalised at once', async () => {
  const own = await openTenant();
  const drafts = await draftsOf(own, 20);
  const answers = await Promise.all(drafts.map((id) => finalise(own, id)));
  expect(answers.map((answer) => answer.__typename)).toEqual(drafts.map(() => 'InvoiceFinalised'));
  const numbers = await numbersOf(own);
  expect(numbers).toHaveLength(20);
  expect(gapsOf(numbers)).toEqual([]);
  // The drafts' own appointments come later and find nothing to do.
  await setTestClock(platform, own.id, '2024-02-02T00:00:00.000Z');
  await waitFor('the appointments', async () => {
    const left = 'SELECT 1 FROM {s}.timer WHERE tenant_id = $1';
    return (await platform.db.shard('main', (tx) => tx.query(left, [own.id]))).length === 0;
  });
  expect((await numbersOf(own)).sort()).toEqual(numbers.sort());
});

test('the gap check has teeth: a sequence loses the number of a transaction that rolled back', async () => {
  const own = await openTenant();
  await platform.db.admin((tx) => tx.query(`CREATE SEQUENCE "${own.schema}".careless`));
  const next = async (outcome: 'kept' | 'rolled back') => {
    let value = 0;
    await platform.db
      .admin(async (tx) => {
        const [row] = await tx.query<{ n: bigint }>(`SELECT nextval('"${own.schema}".careless') AS n`);
        value = Number(row?.n);
        if (outcome === 'rolled back') throw new Error('rolled back');
      })
      .catch(() => undefined);
    return outcome === 'kept' ? [value] : [];
  };
  const numbers = [...(await next('kept')), ...(await next('rolled back')), ...(await next('kept'))];
  expect(gapsOf(numbers)).toEqual([2]);
});

test('a number that was taken in a transaction that rolled back is given to the next invoice', async () => {
  const own = await openTenant();
  const [first, second] = await draftsOf(own, 2);
  const failing = platform.db.tenant(own.scope, async (tx) => {
    await finaliseInvoice(tx, first ?? '');
    throw new Error('died after the number was taken');
  });
  await expect(failing).rejects.toThrow('died');
  expect(await finalise(own, second ?? '')).toMatchObject({ invoice: { number: 'INV-000001' } });
});

test('the same idempotency key finalises once and answers the same; another body is a conflict', async () => {
  const own = await openTenant();
  const [first, second] = await draftsOf(own, 2);
  const once = await finalise(own, first ?? '', 'k1');
  expect(await finalise(own, first ?? '', 'k1')).toEqual(once);
  expect(await finalise(own, first ?? '')).toMatchObject({ __typename: 'InvoiceNotDraft', status: 'OPEN' });
  expect(await finalise(own, second ?? '', 'k1')).toMatchObject({ __typename: 'IdempotencyConflict' });
  expect(await finalise(own, newId('inv'))).toMatchObject({ __typename: 'UnknownInvoice' });
  expect(await finalise(own, 'nonsense')).toMatchObject({
    __typename: 'UnknownInvoice',
    invoiceId: 'nonsense',
  });
});

test('an invoice is voided once, with a reason, and payments are told', async () => {
  const own = await openTenant();
  const { customerId } = await subscribe(own, 'US');
  const { id } = await invoiceOf(own, customerId, 0, 'OPEN');
  expect(await voidIt(own, id, ' ')).toMatchObject({ __typename: 'InvalidInput', field: 'reason' });
  expect(await voidIt(own, id, 'wrong customer')).toMatchObject({
    __typename: 'InvoiceVoided',
    invoice: { status: 'VOID', amountDue: { minor: '0' }, voidedAt: START },
  });
  expect(await voidIt(own, id, 'again')).toMatchObject({ __typename: 'InvoiceNotOpen', status: 'VOID' });
  expect(await published(own, invoiceVoided.type)).toMatchObject([
    { invoiceId: id, reason: 'wrong customer' },
  ]);
});

test('a declined charge leaves the invoice open with its code; the payment settles it once', async () => {
  const own = await openTenant();
  const { customerId } = await subscribe(own, 'US');
  const { id } = await invoiceOf(own, customerId, 0, 'OPEN');
  const head = {
    paymentId: newId('pay'),
    invoiceId: id as never,
    customerId,
    amountMinor: '2000',
    currency: 'USD',
  };
  const failure = { ...head, provider: 'stripe' as const, code: 'card_declined', failedAt: START };
  await send(own, paymentFailed, id, failure);
  await waitFor(
    'the decline',
    async () => (await invoiceOf(own, customerId, 0)).declineCode === 'card_declined',
  );
  expect((await invoiceOf(own, customerId, 0)).status).toBe('OPEN');
  const settledAt = '2024-01-01T00:05:00.000Z';
  const payment = { ...head, provider: 'paypal' as const, reference: 'r1', settledAt };
  for (let time = 0; time < 2; time += 1) await send(own, paymentSettled, id, payment);
  const paid = await invoiceOf(own, customerId, 0, 'PAID');
  expect(paid).toMatchObject({ paidAt: settledAt, declineCode: null, amountDue: { minor: '0' } });
  await send(own, paymentFailed, id, failure);
  await settled(own);
  expect((await invoiceOf(own, customerId, 0)).status).toBe('PAID');
  expect(await published(own, invoicePaid.type)).toHaveLength(1);
  expect(await published(own, invoiceFinalised.type)).toMatchObject([{ dueMinor: '2000', dueAt: START }]);
});

test('a watcher gets the latest invoices first and then every committed change, its own customer only', async () => {
  const own = await openTenant();
  const { customerId } = await subscribe(own, 'US');
  const { id } = await invoiceOf(own, customerId, 0, 'OPEN');
  const portal: Identity = { kind: 'customer', tenant: own.id, customer: customerId, actor: 'portal' };
  const updates = await subgraph.endpoint.subscribe({
    query: `subscription { invoiceUpdated { id status customer { id } } }`,
    headers: headersOf(portal),
  });
  const next = async () => (await updates.next()).value?.data?.['invoiceUpdated'];
  expect(await next()).toEqual({ id, status: 'OPEN', customer: { id: customerId } });
  await subscribe(own, 'US');
  await voidIt(own, id, 'test');
  expect(await next()).toMatchObject({ id, status: 'VOID' });
  const pending = updates.next();
  await updates.return?.();
  expect((await pending).done).toBe(true);
});

test('a backend without a customer sees changes of the whole tenant', async () => {
  const own = await openTenant();
  const updates = await subgraph.endpoint.subscribe({
    query: `subscription { invoiceUpdated { status customer { id } } }`,
    headers: headersOf(tenantCaller(own)),
  });
  const first = updates.next();
  const { customerId } = await subscribe(own, 'US');
  expect((await first).value?.data).toEqual({
    invoiceUpdated: { status: 'OPEN', customer: { id: customerId } },
  });
  await updates.return?.();
});

test('a portal token sees its own invoices and changes none', async () => {
  const own = await openTenant();
  const mine = await subscribe(own, 'US');
  const other = await subscribe(own, 'US');
  const { id } = await invoiceOf(own, other.customerId, 0, 'OPEN');
  await invoiceOf(own, mine.customerId, 0, 'OPEN');
  const portal: Identity = { kind: 'customer', tenant: own.id, customer: mine.customerId, actor: 'portal' };
  const { data } = await ask(
    `query ($id: ID!, $other: ID!) {
      invoice(id: $id) { id }
      invoices { nodes { customer { id } } }
      foreign: invoices(customerId: $other) { nodes { id } }
    }`,
    { id, other: other.customerId },
    portal,
  );
  expect(data).toEqual({
    invoice: null,
    invoices: { nodes: [{ customer: { id: mine.customerId } }] },
    foreign: { nodes: [] },
  });
  const write = `mutation ($id: ID!) { voidInvoice(input: { invoiceId: $id, reason: "x" }) { __typename } }`;
  expect((await ask(write, { id }, portal)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  const watched = await subgraph.endpoint.subscribe({
    query: `subscription ($id: ID) { invoiceUpdated(customerId: $id) { id } }`,
    variables: { id: other.customerId },
    headers: headersOf(portal),
  });
  expect((await watched.next()).value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('invoices are listed by page and status, and hang on customers', async () => {
  const own = await openTenant();
  const [one, two] = [await subscribe(own, 'US'), await subscribe(own, 'DE')];
  for (const { customerId } of [one, two]) await invoiceOf(own, customerId, 0, 'OPEN');
  const page = `query ($after: String) {
    invoices(first: 1, after: $after, status: OPEN) { nodes { id } pageInfo { hasNextPage endCursor } }
  }`;
  const first = (await ask(page, {}, tenantCaller(own))).data?.['invoices'] as Connection;
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = (await ask(page, { after: first.pageInfo.endCursor }, tenantCaller(own))).data;
  expect(second).toMatchObject({ invoices: { pageInfo: { hasNextPage: false } } });
  const entities = await ask(
    `query ($refs: [_Any!]!) { _entities(representations: $refs) { ... on Customer { invoices(first: 5) { nodes { customer { id } } } } } }`,
    { refs: [one, two].map(({ customerId }) => ({ __typename: 'Customer', id: customerId })) },
    tenantCaller(own),
  );
  expect(entities.data).toEqual({
    _entities: [one, two].map(({ customerId }) => ({
      invoices: { nodes: [{ customer: { id: customerId } }] },
    })),
  });
});

test('every row is the fold of its stream, and every invoice the computation of its basis', async () => {
  expect(await differences(tenant)).toEqual([]);
  const { customerId, terms } = await subscribe(tenant, 'DE');
  await close(tenant, terms, 0, { [INPUT]: '7', [OUTPUT]: '9' });
  const { id } = await invoiceOf(tenant, customerId, 1, 'DRAFT');
  expect(await differences(tenant)).toEqual([]);
  await platform.db.tenant(tenant.scope, (tx) =>
    tx.query('UPDATE {t}.invoices_invoice SET total_minor = total_minor + 1 WHERE id = $1', [id]),
  );
  // The comparison has teeth: it names the row that somebody edited.
  expect(await differences(tenant)).toEqual([id]);
});

interface Connection {
  readonly nodes: readonly Shown[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly number: string | null;
  readonly revision: number;
  readonly declineCode: string | null;
  readonly taxes: readonly { readonly percent: string }[];
  readonly subtotal: { readonly minor: string };
  readonly lines: readonly Row[];
}

const INVOICE = `id number status revision currency declineCode createdAt finalisedAt dueAt paidAt voidedAt
  customer { id } subscription { id } period { from to }
  subtotal { amount minor currency } discount { minor } taxTreatment taxes { name percent amount { minor } } tax { minor } total { minor } creditGenerated { minor } amountPaid { minor } amountDue { minor }
  lines { id kind key subscription { id } description meter { id } quantity includedQuantity unitAmount amount { minor } tax { minor }
    period { from to } tiers { tier upTo quantity unitAmount flatAmount amount } }`;

async function openTenant(settings: { invoiceGraceSeconds?: number } = {}): Promise<TestTenant> {
  const opened = await createTestTenant(platform, { nowAt: START });
  await send(opened, tenantChanged, opened.id, {
    tenantId: opened.id as never,
    revision: 1,
    settings: {
      name: 'Test',
      currency: 'USD',
      timeZone: 'UTC',
      country: 'US',
      taxRates: { DE: '19' },
      invoiceGraceSeconds: GRACE_SECONDS,
      sandbox: true,
      ...settings,
    },
  });
  await waitFor(
    'the settings',
    async () => (await rowsOf(opened, 'SELECT 1 FROM {t}.invoices_settings')).length > 0,
  );
  return opened;
}

async function send<Name extends string, Data>(
  to: TestTenant,
  contract: EventContract<Name, Data>,
  aggregate: string,
  data: Data,
  at?: string,
): Promise<void> {
  await platform.db.tenant(to.scope, async (tx) => {
    const occurredAt = at === undefined ? await tx.now() : instant(at);
    await publish(tx, [outgoing(contract, aggregate, occurredAt, data)]);
  });
}

async function subscribe(to: TestTenant, country: string) {
  const customerId = newId('cus');
  await send(to, customerChanged, customerId, customerOf(customerId, country, 1));
  const terms = termsFor(customerId);
  await start(to, terms);
  return { customerId, terms };
}

const start = (to: TestTenant, terms: SubscriptionTerms) =>
  send(to, subscriptionStarted, terms.subscriptionId, { terms, startsOn: '2024-01-01', period: monthOf(0) });

const close = (
  to: TestTenant,
  terms: SubscriptionTerms,
  index: number,
  quantities: Record<string, string>,
  extra: Partial<Totals> = {},
) =>
  send(
    to,
    usagePeriodTotalled,
    terms.subscriptionId,
    { totals: [{ ...totalsOf(terms, index, quantities), ...extra }] },
    MONTHS[index + 1],
  );

type Totals = DataOf<typeof usagePeriodTotalled>['totals'][number];

function totalsOf(terms: SubscriptionTerms, index: number, quantities: Record<string, string>): Totals {
  const meters = Object.entries(quantities).map(([meterId, quantity]) => ({
    meterId: meterId as never,
    quantity,
    events: 1,
  }));
  return { terms, period: monthOf(index), index, next: monthOf(index + 1), revision: 1, meters };
}

function monthOf(index: number) {
  return { from: MONTHS[index] ?? '', to: MONTHS[index + 1] ?? '' };
}

function customerOf(customerId: `cus_${string}`, country: string, revision: number) {
  const unknown = { email: null, taxId: null, address: null };
  const rest = { name: 'Ada', country, timeZone: 'UTC', currency: 'USD', createdOn: '2024-01-01' };
  return { customerId, revision, ...unknown, ...rest };
}

function termsFor(customerId: `cus_${string}`): SubscriptionTerms {
  const price = { currency: 'USD', charge: 'usage' as const };
  const tier = (upTo: string | null, unitAmount: string) => ({ upTo, unitAmount, flatAmount: '0' });
  return upcastTerms({
    subscriptionId: newId('sub'),
    customerId,
    planId: newId('pln'),
    planName: 'LLM API',
    planVersionId: newId('plv'),
    currency: 'USD',
    timeZone: 'UTC',
    entitlements: [],
    prices: [
      {
        ...price,
        priceId: newId('prc'),
        charge: 'fee',
        meterId: null,
        meterCode: null,
        description: 'LLM API',
        model: { kind: 'flat', amount: '20.00' },
      },
      {
        ...price,
        priceId: newId('prc'),
        meterId: INPUT,
        meterCode: 'input_tokens',
        description: 'Input tokens',
        model: { kind: 'per_unit', unitAmount: '0.0000015', includedUnits: '1000000' },
      },
      {
        ...price,
        priceId: newId('prc'),
        meterId: OUTPUT,
        meterCode: 'output_tokens',
        description: 'Output tokens',
        model: {
          kind: 'graduated',
          tiers: [tier('20000', '0.00001'), tier('200000', '0.000008'), tier(null, '0.000006')],
          includedUnits: '0',
        },
      },
    ],
  });
}

/** Terms with one fee, as the domain has them. */
function plainTerms(customerId: string): Terms {
  const ids = { subscriptionId: newId('sub'), customerId, planVersionId: newId('plv') };
  const fee = { priceId: newId('prc'), key: 'fee', meterId: null, meterCode: null, description: 'Fee' };
  return {
    ...ids,
    currency: USD,
    timeZone: UTC,
    quantity: decimal('1'),
    interval: { unit: 'month', count: 1 },
    alignment: 'anniversary',
    grain: 'day',
    prices: [{ ...fee, price: flat('20') }],
  };
}

const tenantCaller = (of: TestTenant): Identity => ({ kind: 'tenant', tenant: of.id, actor: 'key_test' });

const headersOf = (identity: Identity) => ({
  'x-tollgate-identity': signIdentity(identity, TEST_IDENTITY_SECRET),
});

const ask = (query: string, variables: Row, identity: Identity) =>
  subgraph.endpoint.execute({ query, variables, headers: headersOf(identity) });

async function invoicesOf(of: TestTenant, customerId: string): Promise<readonly Shown[]> {
  const query = `query ($id: ID) { invoices(customerId: $id) { nodes { ${INVOICE} } } }`;
  const { data, errors } = await ask(query, { id: customerId }, tenantCaller(of));
  expect(errors).toBeUndefined();
  return (data?.['invoices'] as Connection).nodes;
}

/** The customer's n-th invoice, once it is there and in this state. */
const invoiceOf = (of: TestTenant, customerId: string, index: number, status?: string): Promise<Shown> =>
  waitFor(`invoice ${index} ${status ?? ''}`, async () => {
    const invoice = (await invoicesOf(of, customerId))[index];
    return invoice !== undefined && (status === undefined || invoice.status === status) ? invoice : null;
  });

async function draftsOf(of: TestTenant, count: number): Promise<string[]> {
  const all = Array.from({ length: count }, () => termsFor(newId('cus')));
  for (const { customerId } of all)
    await send(of, customerChanged, customerId, customerOf(customerId, 'US', 1));
  const totals = all.map((terms) => totalsOf(terms, 0, { [INPUT]: '9', [OUTPUT]: '9' }));
  await send(of, usagePeriodTotalled, newId('sub'), { totals });
  await waitFor('the drafts', async () => (await countOf(of, 'draft')) === BigInt(count));
  const rows = await rowsOf<{ id: string }>(of, 'SELECT id FROM {t}.invoices_invoice ORDER BY id');
  return rows.map(({ id }) => id);
}

async function finalise(of: TestTenant, invoiceId: string, idempotencyKey?: string): Promise<Row> {
  const query = `mutation ($input: FinaliseInvoiceInput!) { finaliseInvoice(input: $input) {
    __typename ... on InvoiceFinalised { invoice { id number } } ... on InvoiceNotDraft { status }
    ... on UnknownInvoice { invoiceId } } }`;
  const { data } = await ask(query, { input: { invoiceId, idempotencyKey } }, tenantCaller(of));
  return data?.['finaliseInvoice'] as Row;
}

async function voidIt(of: TestTenant, invoiceId: string, reason: string): Promise<Row> {
  const query = `mutation ($input: VoidInvoiceInput!) { voidInvoice(input: $input) {
    __typename ... on InvoiceVoided { invoice { status voidedAt amountDue { minor } } }
    ... on InvoiceNotOpen { status } ... on InvalidInput { field } } }`;
  const { data } = await ask(query, { input: { invoiceId, reason } }, tenantCaller(of));
  return data?.['voidInvoice'] as Row;
}

function rowsOf<R = Row>(of: TestTenant, sql: string, params: readonly unknown[] = []): Promise<R[]> {
  return platform.db.tenant(of.scope, (tx) => tx.query<R>(sql, params));
}

async function countOf(of: TestTenant, status: string): Promise<bigint> {
  const sql = 'SELECT count(*) AS n FROM {t}.invoices_invoice WHERE status = $1';
  const [row] = await rowsOf<{ n: bigint }>(of, sql, [status]);
  return row?.n ?? 0n;
}

async function numbersOf(of: TestTenant): Promise<number[]> {
  const sql = 'SELECT number FROM {t}.invoices_invoice WHERE number IS NOT NULL';
  return (await rowsOf<{ number: string }>(of, sql)).map(({ number }) => Number(number.slice(4)));
}

/** Numbers from 1 to the greatest that nobody has. */
function gapsOf(numbers: readonly number[]): number[] {
  const taken = new Set(numbers);
  expect(taken.size).toBe(numbers.length);
  return Array.from({ length: Math.max(0, ...numbers) }, (_, index) => index + 1).filter(
    (number) => !taken.has(number),
  );
}

/** Data of what the tenant has published of this type. */
async function published(of: TestTenant, type: string): Promise<unknown[]> {
  const rows = await platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>('SELECT envelope FROM {s}.outbox WHERE tenant_id = $1 ORDER BY xid, id', [
      of.id,
    ]),
  );
  const messages = rows.map(({ envelope }) => JSON.parse(envelope) as { type: string; data: unknown });
  return messages.filter((message) => message.type === type).map(({ data }) => data);
}

/** Waits until the consumer has seen all that was published to it: a mark at the end of every partition's key. */
async function settled(of: TestTenant): Promise<void> {
  const unseen = `SELECT count(*) AS n FROM {s}.outbox o
    WHERE o.tenant_id = $1 AND o.envelope::jsonb ->> 'type' = ANY($2)
      AND NOT EXISTS (SELECT 1 FROM {s}.inbox i WHERE i.consumer = 'invoices' AND i.message_id = o.message_id)`;
  const types = [customerChanged, subscriptionStarted, usagePeriodTotalled, paymentSettled, paymentFailed];
  await waitFor('the consumer', async () => {
    const [row] = await platform.db.shard('main', (tx) =>
      tx.query<{ n: bigint }>(unseen, [of.id, types.map(({ type }) => type)]),
    );
    return row?.n === 0n;
  });
}

/** Ids of invoices whose row is not the fold of the stream, or whose lines are not the computation of the basis. */
async function differences(of: TestTenant): Promise<string[]> {
  return platform.db.tenant(of.scope, async (tx: TenantTx) => {
    const rows = await tx.query<Row & { id: string }>('SELECT * FROM {t}.invoices_invoice');
    expect(rows.length).toBeGreaterThan(0);
    const streams = await readStreams<InvoiceEvent>(
      tx,
      rows.map((row) => row.id),
    );
    return rows.flatMap((row) => {
      const invoice = foldEvents(invoiceDecider, streams.get(row.id)?.events ?? []);
      if (invoice.status === 'none') return [row.id];
      const { basis, basisHash, lines, totals } = invoice;
      const recomputed = canonicalJson(compute(basis)) === canonicalJson({ lines, totals });
      const same = canonicalJson(rowOf({ id: row.id, invoice })) === canonicalJson(row);
      return same && recomputed && basisHash === hashOf(basis) ? [] : [row.id];
    });
  });
}
