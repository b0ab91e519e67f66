import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import { createTestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { payments } from '../src/payment/aggregate.js';
import { NOW, PAYMENT, startCollecting, type Collecting, type ShownPayment } from './collecting.js';

let world: Collecting;

beforeAll(async () => {
  world = await startCollecting({ roles: ['api', 'worker'] });
});
afterAll(async () => {
  await world.stop();
});

test('a finalised invoice is charged through Stripe, once, at the time of the tenant', async () => {
  const invoice = await world.finalise(await world.customer({ stripe: 'pm_card_visa' }));
  const payment = await world.settled(invoice, 'SUCCEEDED');
  expect(payment).toMatchObject({ provider: 'STRIPE', declineCode: null, settledAt: NOW });
  expect(payment.attempts).toEqual([{ number: 1, provider: 'STRIPE', outcome: 'CAPTURED' }]);
  expect(world.captures(invoice)).toBe(1);
  const told = await world.news(invoice);
  expect(told.map((one) => one.type)).toEqual(['payment.settled']);
  expect(told[0]?.data).toMatchObject({
    invoiceId: invoice,
    provider: 'stripe',
    amountMinor: '2380',
    reference: payment.reference,
    settledAt: NOW,
  });
});

test('a declined charge leaves the invoice open with its code, and never goes to PayPal', async () => {
  const customer = await world.customer({
    stripe: 'pm_card_chargeDeclinedInsufficientFunds',
    paypal: 'paypal_vault_ok',
  });
  const invoice = await world.finalise(customer);
  const payment = await world.settled(invoice, 'DECLINED');
  expect(payment).toMatchObject({ provider: 'STRIPE', declineCode: 'insufficient_funds', settledAt: null });
  expect(world.captures(invoice)).toBe(0);
  expect((await world.news(invoice)).map(({ type, data }) => [type, data['provider'], data['code']])).toEqual(
    [['payment.failed', 'stripe', 'insufficient_funds']],
  );
});

test.each(['pm_card_unreachable', 'pm_card_server_error', 'pm_card_unreachable_after'])(
  'when Stripe is away (%s) PayPal is charged, nothing is left held, and there is one capture',
  async (token) => {
    const invoice = await world.finalise(await world.customer({ stripe: token, paypal: 'paypal_vault_ok' }));
    const payment = await world.settled(invoice, 'SUCCEEDED');
    expect(payment.attempts).toEqual([
      { number: 1, provider: 'STRIPE', outcome: 'UNAVAILABLE' },
      { number: 2, provider: 'PAYPAL', outcome: 'CAPTURED' },
    ]);
    await waitFor('the void of what may be held at Stripe', () =>
      world.platform.db.tenant(world.tenant.scope, async (tx) => {
        const { state } = await payments.loadOne(tx, payment.id);
        return state?.orphans.every((orphan) => orphan.untouched > 0);
      }),
    );
    expect(world.gateways.sandbox.control.holds().filter((hold) => hold.payment === payment.id)).toEqual([]);
    expect(world.captures(invoice)).toBe(1);
  },
);

test('without a payment method it is declined, and paid when a method was added', async () => {
  const customer = await world.customer({});
  const invoice = await world.finalise(customer);
  expect(await world.settled(invoice, 'DECLINED')).toMatchObject({
    provider: null,
    declineCode: 'no_payment_method',
  });
  expect((await world.news(invoice))[0]?.data).toMatchObject({ provider: null, code: 'no_payment_method' });
  expect((await world.pay(invoice)).__typename).toBe('NoPaymentMethod');
  await world.addMethod({ customerId: customer, provider: 'STRIPE', token: 'pm_card_visa' });
  const first = await world.pay(invoice, 'again');
  expect(first.__typename).toBe('PaymentStarted');
  expect(await world.pay(invoice, 'again')).toEqual(first);
  await world.settled(invoice, 'SUCCEEDED');
  expect(await world.pay(invoice)).toMatchObject({ __typename: 'InvoiceNotPayable', status: 'PAID' });
  expect(world.captures(invoice)).toBe(1);
  expect((await world.pay(newId('inv'), 'again')).__typename).toBe('IdempotencyConflict');
});

test('a payment that waits for the customer makes room for a new one where that is asked for', async () => {
  const customer = await world.customer({ stripe: 'pm_card_authenticationRequired' });
  const invoice = await world.finalise(customer);
  const waiting = await world.settled(invoice, 'REQUIRES_ACTION');
  expect((await world.news(invoice))[0]?.data).toMatchObject({ code: 'authentication_required' });
  await world.addMethod({ customerId: customer, provider: 'STRIPE', token: 'pm_card_visa' });
  expect((await world.pay(invoice)).__typename).toBe('PaymentInProgress');
  expect((await world.pay(invoice, undefined, true)).__typename).toBe('PaymentStarted');
  const paid = await world.settled(invoice, 'SUCCEEDED');
  expect(paid.id).not.toBe(waiting.id);
  const { payment } = await world.ask<{ payment: ShownPayment }>(
    world.own,
    `query ($id: ID!) { payment(id: $id) { ${PAYMENT} } }`,
    { id: waiting.id },
  );
  expect(payment.status).toBe('CANCELLED');
  expect(world.captures(invoice)).toBe(1);
});

test('an invoice that is finalised again, or twice at once, is collected once', async () => {
  const customer = await world.customer({ stripe: 'pm_card_visa' });
  const invoice = await world.finalise(customer);
  await Promise.all([1, 2, 3].map(() => world.finalise(customer, { invoiceId: invoice })));
  await world.settled(invoice, 'SUCCEEDED');
  const marker = await world.finalise(customer);
  await world.settled(marker, 'SUCCEEDED');
  const { payments } = await world.ask<{ payments: { nodes: unknown[] } }>(
    world.own,
    `query ($id: ID!) { payments(invoiceId: $id) { nodes { id } } }`,
    { id: invoice },
  );
  expect(payments.nodes).toHaveLength(1);
  expect(world.captures(invoice)).toBe(1);
});

test('nothing is collected on an invoice without anything due', async () => {
  const customer = await world.customer({ stripe: 'pm_card_visa' });
  const invoice = await world.finalise(customer, { dueMinor: '0' });
  await waitFor('the invoice', async () => (await world.pay(invoice)).status === 'NOTHING_DUE');
  expect(world.captures(invoice)).toBe(0);
});

test('entities of other subgraphs are answered together, with their payments and methods', async () => {
  const customer = await world.customer({ stripe: 'pm_card_visa', paypal: 'paypal_vault_ok' });
  const invoices = await Promise.all([world.finalise(customer), world.finalise(customer)]);
  for (const invoice of invoices) await world.settled(invoice, 'SUCCEEDED');
  const representations = [
    ...invoices.map((id) => ({ __typename: 'Invoice', id })),
    { __typename: 'Invoice', id: newId('inv') },
    { __typename: 'Customer', id: customer },
  ];
  const { _entities: entities } = await world.ask<{ _entities: unknown[] }>(
    world.own,
    `query ($representations: [_Any!]!) { _entities(representations: $representations) {
       ... on Invoice { id payment { status amount { amount currency } invoice { id } customer { id } } payments { id } }
       ... on Customer { paymentMethods { provider isBackup } }
     } }`,
    { representations },
  );
  expect(entities).toEqual([
    ...invoices.map((id) => ({
      id,
      payment: {
        status: 'SUCCEEDED',
        amount: { amount: '23.80', currency: 'USD' },
        invoice: { id },
        customer: { id: customer },
      },
      payments: [{ id: expect.any(String) }],
    })),
    { id: expect.any(String), payment: null, payments: [] },
    {
      paymentMethods: [
        { provider: 'STRIPE', isBackup: false },
        { provider: 'PAYPAL', isBackup: true },
      ],
    },
  ]);
});

test('a customer’s payments are its tries to collect, one each, oldest first and in pages', async () => {
  const customer = await world.customer({ stripe: 'pm_card_declines_1_times_list' });
  const [declined] = [await world.finalise(customer)];
  await world.settled(declined, 'DECLINED');
  await world.pay(declined);
  await world.settled(declined, 'SUCCEEDED');
  const paid = await world.finalise(customer);
  await world.settled(paid, 'SUCCEEDED');
  const page = async (after: string | null) => {
    const { _entities } = await world.ask<{ _entities: [{ payments: CustomerPayments }] }>(
      world.own,
      `query ($representations: [_Any!]!, $after: String) { _entities(representations: $representations) {
         ... on Customer { payments(first: 2, after: $after) {
           nodes { invoice { id } at amount { amount } status provider } pageInfo { hasNextPage endCursor } } } } }`,
      { representations: [{ __typename: 'Customer', id: customer }], after },
    );
    return _entities[0].payments;
  };
  const entry = { at: NOW, amount: { amount: '23.80' }, provider: 'STRIPE' };
  const first = await page(null);
  expect(first.nodes).toEqual([
    { ...entry, invoice: { id: declined }, status: 'DECLINED' },
    { ...entry, invoice: { id: declined }, status: 'SUCCEEDED' },
  ]);
  expect(first.pageInfo.hasNextPage).toBe(true);
  const second = await page(first.pageInfo.endCursor);
  expect(second.nodes).toEqual([{ ...entry, invoice: { id: paid }, status: 'SUCCEEDED' }]);
  expect(second.pageInfo.hasNextPage).toBe(false);
  const list = async (args: string) => {
    const query = `{ payments(customerId: "${customer}", ${args}) { nodes { status } } }`;
    return (
      await world.ask<{ payments: { nodes: { status: string }[] } }>(world.own, query)
    ).payments.nodes.map(({ status }) => status);
  };
  expect(await list('last: 1')).toEqual(['DECLINED']);
  expect(await list('first: 1, orderBy: CREATED_AT_ASC')).toEqual(['DECLINED']);
  expect(await list('status: SUCCEEDED')).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(await list('reference: "nobody’s"')).toEqual([]);
  expect(await list('created: { to: "2000-01-01T00:00:00Z" }')).toEqual([]);
});

test('one tenant cannot read the payments of another', async () => {
  const stranger = await createTestTenant(world.platform);
  await expect(
    world.platform.db.tenant(world.tenant.scope, (tx) =>
      tx.query(`SELECT id FROM "${stranger.schema}".payment`),
    ),
  ).rejects.toThrow(/permission denied/);
});

interface CustomerPayments {
  readonly nodes: readonly object[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}
