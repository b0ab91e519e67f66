import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startCollecting, type Collecting } from './collecting.js';
import { startFront, type Front } from './front.js';

let world: Collecting;
let front: Front;
beforeAll(async () => {
  world = await startCollecting({
    roles: ['api', 'worker'],
    front: async (sandbox) => (front = await startFront(sandbox)),
  });
});
afterEach(() => {
  front.rewrite = () => null;
  world.gateways.sandbox.control.clearFaults();
});
afterAll(() => world.stop());

const stripeError = (status: number) => ({
  status,
  answer: JSON.stringify({ error: { type: 'invalid_request_error', message: 'Not like this.' } }),
});

test.each([
  ['confirm', 400],
  ['confirm', 403],
  ['capture', 400],
  ['payment_intents', 422],
])(
  'what Stripe rejects for good at /%s with %i ends the payment, and the next one pays',
  async (at, status) => {
    const customer = await world.customer({ stripe: 'pm_card_visa' });
    front.rewrite = ({ method, path }) =>
      method === 'POST' && path.endsWith(at) ? stripeError(status) : null;
    const invoice = await world.finalise(customer);
    expect(await world.settled(invoice, 'DECLINED')).toMatchObject({ declineCode: 'provider_rejected' });
    front.rewrite = () => null;
    expect(await world.pay(invoice)).toMatchObject({ __typename: 'PaymentStarted' });
    await world.settled(invoice, 'SUCCEEDED');
    // Where the rejected request was the capture, the sandbox had captured all the same: that goes back.
    await expect.poll(() => world.captures(invoice), { timeout: 20_000 }).toBe(1);
    expect((await world.news(invoice)).map(({ type }) => type)).toEqual([
      'payment.failed',
      'payment.settled',
    ]);
  },
);

test('a provider that rejects every question about a payment keeps nobody from paying', async () => {
  const customer = await world.customer({ stripe: 'pm_card_authenticationRequired' });
  front.rewrite = ({ method }) => (method === 'GET' ? stripeError(403) : null);
  const invoice = await world.finalise(customer);
  await world.settled(invoice, 'REQUIRES_ACTION');
  await world.addMethod({ customerId: customer, provider: 'STRIPE', token: 'pm_card_visa' });
  expect(await world.pay(invoice, undefined, true)).toMatchObject({ __typename: 'PaymentStarted' });
  await world.settled(invoice, 'SUCCEEDED');
  expect(world.captures(invoice)).toBe(1);
});

test('what was captured is what is booked, and the rest is collected by the next payment', async () => {
  const customer = await world.customer({ stripe: 'pm_card_visa' });
  front.rewrite = ({ path, answer }) =>
    path.endsWith('/capture')
      ? { status: 200, answer: JSON.stringify({ ...(JSON.parse(answer) as object), amount_received: 500 }) }
      : null;
  const invoice = await world.finalise(customer);
  expect(await world.settled(invoice, 'SUCCEEDED')).toMatchObject({ amountCaptured: { minor: '500' } });
  expect(await world.news(invoice)).toMatchObject([
    { type: 'payment.settled', data: { amountMinor: '500' } },
  ]);
  front.rewrite = () => null;
  expect(await world.pay(invoice)).toMatchObject({ __typename: 'PaymentStarted' });
  await expect.poll(async () => (await world.news(invoice)).length).toBe(2);
  expect((await world.news(invoice))[1]).toMatchObject({ data: { amountMinor: '1880' } });
  expect(await world.pay(invoice)).toMatchObject({ __typename: 'InvoiceNotPayable', status: 'PAID' });
});

test.each(['/confirm', '/capture'])(
  'an error that Stripe remembers under a key does not hold up %s',
  async (at) => {
    const customer = await world.customer({ stripe: 'pm_card_visa', paypal: 'paypal_vault_ok' });
    const fault = { provider: 'stripe', kind: 'error_500', count: 1, path: at };
    expect(world.gateways.sandbox.control.setFault(fault)).toBeUndefined();
    const invoice = await world.finalise(customer);
    expect(await world.settled(invoice, 'SUCCEEDED')).toMatchObject({ attempts: [{ provider: 'STRIPE' }] });
    const keys = front.heard.filter(({ path }) => path.endsWith(at)).slice(-2);
    expect(keys.map(({ status }) => status)).toEqual([500, 200]);
    expect(new Set(keys.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
    expect(world.captures(invoice)).toBe(1);
  },
);

test('a second payment of an invoice is another order to PayPal, which takes an invoice id once', async () => {
  const customer = await world.customer({ paypal: 'paypal_vault_ok' });
  front.rewrite = ({ path }) =>
    path.endsWith('/capture')
      ? { status: 422, answer: JSON.stringify({ name: 'UNPROCESSABLE_ENTITY', details: [{ issue: 'NO' }] }) }
      : null;
  const invoice = await world.finalise(customer);
  await world.settled(invoice, 'DECLINED');
  front.rewrite = () => null;
  await world.pay(invoice);
  await world.settled(invoice, 'SUCCEEDED');
  const orders = front.heard.filter(({ path, body }) => path.endsWith('/orders') && body.includes(invoice));
  const ids = orders.map(({ body }) => /"invoice_id":"([^"]+)"/.exec(body)?.[1]);
  expect(ids.length).toBeGreaterThan(1);
  expect(new Set(ids).size).toBe(ids.length);
});

test('an invoice that is voided while its money is on the way keeps none of it', async () => {
  const customer = await world.customer({ stripe: 'pm_card_visa' });
  const invoice = await world.finalise(customer);
  await world.settled(invoice, 'SUCCEEDED');
  await world.voidInvoice(invoice, customer);
  await world.settled(invoice, 'REFUNDED');
  expect(world.captures(invoice)).toBe(0);
});
