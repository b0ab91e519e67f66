import { afterAll, beforeAll, expect, test } from 'vitest';
import { disputeClosed, disputeOpened } from '@tollgate/contracts/payments/dispute';
import { invoiceCredited } from '@tollgate/contracts/invoices/invoice';
import { paymentRefundRejected } from '@tollgate/contracts/payments/payment';
import { newId } from '@tollgate/runtime/base/new-id';
import { portal } from '@tollgate/testing/callers';
import { waitFor } from '@tollgate/testing/waiting';
import { disputes } from '../src/dispute/aggregate.js';
import { NOW, startCollecting, type Collecting } from './collecting.js';

let world: Collecting;
beforeAll(async () => {
  world = await startCollecting({ roles: ['api', 'worker'] });
});
afterAll(() => world.stop());

type Provider = 'stripe' | 'paypal';

async function post(provider: Provider, body: string, headers: Record<string, string>): Promise<number> {
  const path = `/webhooks/${provider}`;
  const request = { method: 'POST', path, headers: { 'content-type': 'application/json', ...headers } };
  return (await world.subgraph.endpoint.raw({ ...request, body: Buffer.from(body) })).status;
}

const signed = (provider: Provider, body: string) =>
  post(provider, body, world.gateways.sandbox.sign(provider, body));

const eventsOf = (dispute: string) =>
  world.gateways.sandbox.control
    .events()
    .filter(({ type, body }) => /dispute/i.test(type) && body.includes(dispute));

interface Shown {
  readonly id: string;
  readonly status: string;
  readonly amount: { readonly minor: string };
}

const FIELDS = `id provider reference status paymentId reason evidenceDueAt openedAt closedAt
  invoice { id } customer { id } amount { minor currency } fee { minor }`;

async function disputeOf(invoiceId: string, caller = world.own): Promise<Shown | null> {
  const query = `query ($id: ID!) { _entities(representations: [{ __typename: "Invoice", id: $id }]) {
    ... on Invoice { dispute { ${FIELDS} } } } }`;
  type Found = { _entities: [{ dispute: Shown | null }] };
  return (await world.ask<Found>(caller, query, { id: invoiceId }))._entities[0].dispute;
}

const stands = (invoiceId: string, status: string): Promise<Shown> =>
  waitFor(`a dispute that is ${status}`, async () => {
    const found = await disputeOf(invoiceId);
    return found?.status === status ? found : null;
  });

/** An invoice over 23.80 that was paid by this provider, and what the provider calls the payment. */
async function paid(provider: Provider) {
  const methods = provider === 'stripe' ? { stripe: 'pm_card_visa' } : { paypal: 'paypal_vault_ok' };
  const customerId = await world.customer(methods);
  const invoiceId = await world.finalise(customerId);
  const { id: paymentId, reference } = await world.settled(invoiceId, 'SUCCEEDED');
  return { customerId, invoiceId, paymentId, reference: String(reference) };
}

async function toldOf(disputeId: string) {
  const opened = await world.told(world.tenant, disputeOpened);
  const closed = await world.told(world.tenant, disputeClosed);
  return [...opened, ...closed]
    .map(({ data }) => data as object)
    .filter((data) => JSON.stringify(data).includes(disputeId));
}

test.each([
  ['stripe', 'lost', { reason: 'fraudulent', fee: { minor: '1500' } }],
  ['paypal', 'won', { reason: 'unauthorised', fee: null }],
] as const)(
  'a dispute that %s tells of in any order and twice is opened once and %s once',
  async (provider, outcome, details) => {
    const { customerId, invoiceId, paymentId, reference } = await paid(provider);
    const { control } = world.gateways.sandbox;
    const made = control.openDispute(reference);
    if (!made.ok) throw new Error(made.wrong);
    for (const { body } of eventsOf(made.dispute)) expect(await signed(provider, body)).toBe(200);
    const amount = { minor: '2380', currency: 'USD' };
    expect(await stands(invoiceId, 'OPEN')).toMatchObject({
      ...{ provider: provider.toUpperCase(), reference: made.dispute, paymentId, amount, closedAt: null },
      ...{ ...details, openedAt: NOW, customer: { id: customerId } },
      evidenceDueAt: expect.stringMatching(/Z$/) as string,
    });
    expect(control.openDispute(reference)).toMatchObject({ ok: false });
    expect(control.captures().filter(({ invoice }) => invoice === invoiceId)).toEqual([]);
    expect(control.resolveDispute(reference, outcome)).toMatchObject({ ok: true });
    for (let times = 0; times < 2; times += 1)
      for (const { body } of eventsOf(made.dispute).reverse()) await signed(provider, body);
    const { id } = await stands(invoiceId, outcome.toUpperCase());
    await world.quiet();
    expect(await toldOf(id)).toMatchObject([
      { disputeId: id, invoiceId, paymentId, amountMinor: '2380' },
      { disputeId: id, outcome, amountMinor: '2380' },
    ]);
    expect(control.captures().filter(({ invoice }) => invoice === invoiceId)).toHaveLength(
      outcome === 'won' ? 1 : 0,
    );
  },
);

test('what is told after its end, closed before opened, comes to the same, and what is forged to nothing', async () => {
  const { invoiceId, reference } = await paid('stripe');
  const { control } = world.gateways.sandbox;
  const made = control.openDispute(reference);
  if (!made.ok) throw new Error(made.wrong);
  const [opened] = eventsOf(made.dispute);
  const good = world.gateways.sandbox.sign('stripe', opened?.body ?? '');
  expect(await post('stripe', `${opened?.body ?? ''} `, good)).toBe(400);
  expect(await disputeOf(invoiceId)).toBeNull();
  control.resolveDispute(reference, 'lost');
  for (const { body } of eventsOf(made.dispute).reverse()) await signed('stripe', body);
  const { id } = await stands(invoiceId, 'LOST');
  await world.quiet();
  expect(await toldOf(id)).toHaveLength(2);
  // Signed, but of a dispute that is not there: kept, and of no effect.
  const stranger = (opened?.body ?? '')
    .replaceAll(made.dispute, 'dp_unknown')
    .replace(/"evt_\w+"/, '"evt_other"');
  expect(await signed('stripe', stranger)).toBe(200);
  const { differences } = await world.platform.db.tenant(world.tenant.scope, (tx) =>
    disputes.check(tx, { after: null, limit: 100, repair: false }),
  );
  expect(differences).toEqual([]);
});

test('what is disputed is not paid back, and lists are the back office’s', async () => {
  const { customerId, invoiceId, reference } = await paid('stripe');
  const made = world.gateways.sandbox.control.openDispute(reference);
  if (!made.ok) throw new Error(made.wrong);
  for (const { body } of eventsOf(made.dispute)) await signed('stripe', body);
  const { id } = await stands(invoiceId, 'OPEN');
  const noteId = newId('crn');
  const head = { invoiceId, customerId, subscriptionId: null, currency: 'USD', totalMinor: '2380' };
  const amounts = { creditedMinor: '500', toDueMinor: '0', toBalanceMinor: '0', refundMinor: '500' };
  const data = { ...head, ...amounts, number: 'A-1', noteId, noteNumber: 'CN-000001', creditedAt: NOW };
  await world.tell(world.tenant, invoiceCredited, { aggregate: invoiceId, data: data as never });
  await world.quiet();
  const rejected = (await world.told(world.tenant, paymentRefundRejected)).map((one) => one.data as object);
  expect(rejected).toMatchObject([{ refundId: noteId, amountMinor: '500', paymentId: null }]);
  const list = `query ($id: ID, $status: DisputeStatus) {
    disputes(customerId: $id, status: $status) { nodes { id } } }`;
  const ask = (status: string) => world.ask(world.own, list, { id: customerId, status });
  expect(await ask('OPEN')).toEqual({ disputes: { nodes: [{ id }] } });
  expect(await ask('WON')).toEqual({ disputes: { nodes: [] } });
  const customer = portal(world.tenant, customerId);
  expect((await disputeOf(invoiceId, customer))?.status).toBe('OPEN');
  expect(await disputeOf(invoiceId, portal(world.tenant, newId('cus')))).toBeNull();
});
