import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import { waitFor } from '@tollgate/testing/waiting';
import { loadPayment, rowOf, type PaymentRow } from '../src/payment/store/payment.js';
import { NOW, PAYMENT, startCollecting, type Collecting, type ShownPayment } from './collecting.js';

let world: Collecting;

beforeAll(async () => {
  world = await startCollecting(['api', 'worker']);
});
afterAll(async () => {
  await world.stop();
});

const pay = (invoiceId: string, idempotencyKey?: string) =>
  world.ask<{ payInvoice: { __typename: string; status?: string; payment?: ShownPayment } }>(
    `mutation ($input: PayInvoiceInput!) { payInvoice(input: $input) {
       __typename
       ... on PaymentStarted { payment { ${PAYMENT} } }
       ... on PaymentInProgress { payment { ${PAYMENT} } }
       ... on InvoiceNotPayable { status }
     } }`,
    { input: { invoiceId, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) } },
  );
const add = (input: object, identity = {}) =>
  world.ask<{ addPaymentMethod: Record<string, unknown> }>(
    `mutation ($input: AddPaymentMethodInput!) { addPaymentMethod(input: $input) {
       __typename
       ... on PaymentMethodAdded { paymentMethod { id provider label isBackup createdAt } }
       ... on InvalidInput { field message }
     } }`,
    { input },
    identity,
  );

test('a finalised invoice is charged through Stripe, once, at the time of the tenant', async () => {
  const invoice = await world.finalise(await world.customer({ stripe: 'pm_card_visa' }));
  const payment = await world.settled(invoice, 'SUCCEEDED');
  expect(payment).toMatchObject({ provider: 'STRIPE', declineCode: null, settledAt: NOW });
  expect(payment.attempts).toEqual([{ number: 1, provider: 'STRIPE', outcome: 'CAPTURED' }]);
  expect(world.captures(invoice)).toBe(1);
  const told = await world.told(invoice);
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
  expect((await world.told(invoice)).map(({ type, data }) => [type, data['provider'], data['code']])).toEqual(
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
        const { state } = await loadPayment(tx, payment.id);
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
  expect((await world.told(invoice))[0]?.data).toMatchObject({ provider: null, code: 'no_payment_method' });
  expect((await pay(invoice)).payInvoice.__typename).toBe('NoPaymentMethod');
  await add({ customerId: customer, provider: 'STRIPE', token: 'pm_card_visa' });
  const first = await pay(invoice, 'again');
  expect(first.payInvoice.__typename).toBe('PaymentStarted');
  expect(await pay(invoice, 'again')).toEqual(first);
  await world.settled(invoice, 'SUCCEEDED');
  expect((await pay(invoice)).payInvoice).toEqual({ __typename: 'InvoiceNotPayable', status: 'PAID' });
  expect(world.captures(invoice)).toBe(1);
  expect((await pay(newId('inv'), 'again')).payInvoice.__typename).toBe('IdempotencyConflict');
});

test('a payment that waits for the customer makes room for a new one', async () => {
  const customer = await world.customer({ stripe: 'pm_card_authenticationRequired' });
  const invoice = await world.finalise(customer);
  const waiting = await world.settled(invoice, 'REQUIRES_ACTION');
  expect((await world.told(invoice))[0]?.data).toMatchObject({ code: 'authentication_required' });
  await add({ customerId: customer, provider: 'STRIPE', token: 'pm_card_visa' });
  expect((await pay(invoice)).payInvoice.__typename).toBe('PaymentStarted');
  const paid = await world.settled(invoice, 'SUCCEEDED');
  expect(paid.id).not.toBe(waiting.id);
  const { payment } = await world.ask<{ payment: ShownPayment }>(
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
    `query ($id: ID!) { payments(invoiceId: $id) { nodes { id } } }`,
    { id: invoice },
  );
  expect(payments.nodes).toHaveLength(1);
  expect(world.captures(invoice)).toBe(1);
});

test('nothing is collected on an invoice without anything due', async () => {
  const customer = await world.customer({ stripe: 'pm_card_visa' });
  const invoice = await world.finalise(customer, { dueMinor: '0' });
  await waitFor('the invoice', async () => (await pay(invoice)).payInvoice.status === 'NOTHING_DUE');
  expect(world.captures(invoice)).toBe(0);
});

test('card numbers and unknown customers are refused, tokens are never shown', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_visa' });
  const refused = await add({ customerId, provider: 'STRIPE', token: '4242424242424242' });
  expect(refused.addPaymentMethod).toMatchObject({ __typename: 'InvalidInput', field: 'token' });
  for (const unknown of [newId('cus'), 'nonsense'])
    expect((await add({ customerId: unknown, provider: 'STRIPE', token: 'pm_1' })).addPaymentMethod).toEqual({
      __typename: 'UnknownCustomer',
    });
  const backup = { customerId, provider: 'PAYPAL', token: 'paypal_vault_ok', label: 'Wallet' };
  const added = await add({ ...backup, idempotencyKey: 'k' });
  expect(added.addPaymentMethod['paymentMethod']).toMatchObject({ label: 'Wallet', isBackup: true });
  expect(await add({ ...backup, idempotencyKey: 'k' })).toEqual(added);
  await expect(
    world.ask(`query ($id: ID!) { paymentMethods(customerId: $id) { token } }`, { id: customerId }),
  ).rejects.toThrow(/token/);
});

test('a portal token manages its own payment methods and sees nobody else', async () => {
  const [mine, theirs] = [await world.customer({ stripe: 'pm_card_visa' }), await world.customer({})];
  const portal = { kind: 'customer' as const, customer: mine };
  const added = await add({ customerId: mine, provider: 'PAYPAL', token: 'paypal_vault_ok' }, portal);
  const method = added.addPaymentMethod['paymentMethod'] as { id: string };
  expect(
    (await add({ customerId: theirs, provider: 'PAYPAL', token: 'paypal_vault_ok' }, portal))
      .addPaymentMethod,
  ).toEqual({ __typename: 'UnknownCustomer' });
  const remove = (id: string, identity: object) =>
    world.ask<{ removePaymentMethod: { __typename: string } }>(
      `mutation ($id: ID!) { removePaymentMethod(input: { paymentMethodId: $id }) { __typename } }`,
      { id },
      identity,
    );
  const other = { kind: 'customer' as const, customer: theirs };
  expect((await remove(method.id, other)).removePaymentMethod.__typename).toBe('UnknownPaymentMethod');
  expect((await remove(method.id, portal)).removePaymentMethod.__typename).toBe('PaymentMethodRemoved');
  const invoice = await world.finalise(mine);
  const { id } = await world.settled(invoice, 'SUCCEEDED');
  const seen = await world.ask(
    `query ($id: ID!, $mine: ID!) { payment(id: $id) { id } paymentMethods(customerId: $mine) { id }
       payments { nodes { id } } }`,
    { id, mine },
    other,
  );
  expect(seen).toEqual({ payment: null, paymentMethods: [], payments: { nodes: [] } });
  await expect(
    world.ask(`mutation { payInvoice(input: { invoiceId: "${invoice}" }) { __typename } }`, {}, portal),
  ).rejects.toThrow(/FORBIDDEN/);
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

/** Rows that differ from what their streams say. */
const drifted = () =>
  world.platform.db.tenant(world.tenant.scope, async (tx) => {
    const rows = await tx.query<PaymentRow>('SELECT * FROM {t}.payment');
    const wrong: string[] = [];
    for (const row of rows) {
      const { state, version } = await loadPayment(tx, row.id);
      if (state === null || JSON.stringify(sorted(rowOf(state, version))) !== JSON.stringify(sorted(row)))
        wrong.push(row.id);
    }
    return { rows: rows.length, wrong };
  });
const sorted = (row: PaymentRow) => {
  const attempts = row.attempts.map((one) => Object.entries(one).sort());
  return Object.entries({ ...row, attempts }).sort();
};

test('every payment is what its journal says; a row that was tampered with is found', async () => {
  const { rows, wrong } = await drifted();
  expect(rows).toBeGreaterThan(5);
  expect(wrong).toEqual([]);
  const [tampered] = await world.platform.db.tenant(world.tenant.scope, (tx) =>
    tx.query<{ id: string }>(
      `UPDATE {t}.payment SET amount_minor = 1 WHERE id = (SELECT min(id) FROM {t}.payment) RETURNING id`,
    ),
  );
  expect((await drifted()).wrong).toEqual([tampered?.id]);
});
