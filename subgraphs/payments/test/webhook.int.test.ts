import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SILENT } from '@tollgate/runtime/base/log';
import { waitFor } from '@tollgate/testing/waiting';
import { WebhookReader } from '../src/webhook/reader.js';
import { startCollecting, type Collecting } from './collecting.js';

let world: Collecting;
let reader: WebhookReader;

beforeAll(async () => {
  world = await startCollecting({ roles: ['api', 'worker'] });
  reader = new WebhookReader({ ...world.platform, logger: SILENT, providers: world.gateways.providers });
});
afterAll(async () => {
  await world.stop();
});
beforeEach(() => {
  world.gateways.sandbox.control.clearFaults();
});

type Provider = 'stripe' | 'paypal';

async function post(provider: Provider, body: string, headers: Record<string, string>) {
  const answer = await world.subgraph.endpoint.raw({
    method: 'POST',
    path: `/webhooks/${provider}`,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(body),
  });
  return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
}

const signed = (provider: Provider, body: string) =>
  post(provider, body, world.gateways.sandbox.sign(provider, body));
const stored = () =>
  world.platform.db.shard('main', (raw) =>
    raw.query<{ event_id: string; processed_at: string | null; error: string | null }>(
      'SELECT event_id, processed_at, error FROM {s}.webhook ORDER BY event_id',
    ),
  );
const eventsOf = (paymentId: string) =>
  world.gateways.sandbox.control.events().filter((event) => event.body.includes(paymentId));

test.each(['stripe', 'paypal'] as const)(
  'a forged %s webhook gets a typed 400 and leaves nothing',
  async (provider) => {
    const body = JSON.stringify({
      id: 'evt_forged',
      type: 'customer.updated',
      event_type: 'X',
      data: { object: {} },
    });
    const before = await stored();
    const good = world.gateways.sandbox.sign(provider, body);
    for (const headers of [
      {},
      { ...good, 'stripe-signature': 't=1,v1=00', 'paypal-transmission-sig': 'AAAA' },
    ]) {
      const answer = await post(provider, body, headers);
      expect(answer).toEqual({ status: 400, body: { error: expect.any(String) } });
    }
    expect(await signed(provider, body).then((one) => one.status)).toBe(200);
    const tampered = await post(provider, body.replace('forged', 'other'), good);
    expect(tampered.status).toBe(400);
    expect(await stored()).toHaveLength(before.length + 1);
  },
);

test('another method than POST is refused', async () => {
  const answer = await world.subgraph.endpoint.raw({
    method: 'GET',
    path: '/webhooks/stripe',
    headers: {},
    body: Buffer.alloc(0),
  });
  expect(answer.status).toBe(405);
});

test.each([
  ['stripe', { stripe: 'pm_card_visa' }],
  ['paypal', { paypal: 'paypal_vault_ok' }],
] as const)(
  '%s webhooks in reverse order and three times each change nothing, and are stored once',
  async (provider, methods) => {
    const invoice = await world.finalise(await world.customer(methods));
    const before = await world.settled(invoice, 'SUCCEEDED');
    const events = eventsOf(before.id);
    expect(events.length).toBeGreaterThan(1);
    for (let times = 0; times < 3; times += 1)
      for (const event of [...events].reverse())
        expect((await signed(provider, event.body)).status).toBe(200);
    const mine = async () =>
      (await stored()).filter((row) => events.some((event) => event.id === row.event_id));
    expect(await mine()).toHaveLength(events.length);
    await waitFor('the webhooks to be read', async () =>
      (await mine()).every((row) => row.processed_at !== null),
    );
    expect(await world.settled(invoice, 'SUCCEEDED')).toEqual(before);
    expect(world.captures(invoice)).toBe(1);
    expect(await world.news(invoice)).toHaveLength(1);
  },
);

test('a webhook about an unknown tenant or payment is stored, closed with the reason, and disturbs nothing', async () => {
  const object = (metadata: object) => ({
    id: 'pi_unknown',
    object: 'payment_intent',
    status: 'succeeded',
    metadata,
    latest_charge: null,
    last_payment_error: null,
  });
  const cases = [
    ['evt_a', { tenant: `ten_${'0'.repeat(26)}`, payment: `pay_${'0'.repeat(26)}` }, /unknown tenant/],
    ['evt_b', { tenant: world.tenant.id, payment: `pay_${'0'.repeat(26)}` }, /unknown payment/],
    ['evt_c', {}, /no payment/],
  ] as const;
  for (const [id, metadata, why] of cases) {
    const event = {
      id,
      object: 'event',
      type: 'payment_intent.succeeded',
      data: { object: object(metadata) },
    };
    expect((await signed('stripe', JSON.stringify(event))).status).toBe(200);
    const row = await waitFor('the webhook to be closed', async () =>
      (await stored()).find((one) => one.event_id === id && one.processed_at !== null),
    );
    expect(row.error).toMatch(why);
  }
});

test('a webhook about money that is in asks nobody', async () => {
  const invoice = await world.finalise(await world.customer({ stripe: 'pm_card_visa' }));
  const { id } = await world.settled(invoice, 'SUCCEEDED');
  const event = eventsOf(id).find((one) => one.type === 'payment_intent.succeeded');
  world.gateways.sandbox.control.setFault({ provider: 'stripe', kind: 'error_503' });
  await signed('stripe', event!.body);
  const row = await waitFor('the webhook to be closed', async () =>
    (await stored()).find((one) => one.event_id === event!.id && one.processed_at !== null),
  );
  expect(row.error).toBeNull();
});

test('a webhook is read again later when the provider cannot be asked', async () => {
  const invoice = await world.finalise(await world.customer({ stripe: 'pm_card_authenticationRequired' }));
  const { id } = await world.settled(invoice, 'REQUIRES_ACTION');
  const event = eventsOf(id).find((one) => one.type === 'payment_intent.payment_failed');
  world.gateways.sandbox.control.setFault({ provider: 'stripe', kind: 'error_503' });
  await signed('stripe', event!.body);
  const row = async () => (await stored()).find((one) => one.event_id === event!.id);
  const tries = () =>
    world.platform.db.shard('main', (raw) =>
      raw.query<{ attempts: number }>('SELECT attempts FROM {s}.webhook WHERE event_id = $1', [event!.id]),
    );
  await waitFor('a first try', async () => ((await tries())[0]?.attempts ?? 0) > 0);
  expect((await row())?.processed_at).toBeNull();
  // However long ago it came, the next try waits for its pause.
  const age = (column: string) =>
    world.platform.db.shard('main', (raw) =>
      raw.query(`UPDATE {s}.webhook SET ${column} = ${column} - interval '1 day' WHERE event_id = $1`, [
        event!.id,
      ]),
    );
  await age('received_at');
  const before = await tries();
  for (let reads = 0; reads < 5; reads += 1) await reader.readDue('main');
  expect(await tries()).toEqual(before);
  world.gateways.sandbox.control.clearFaults();
  await age('due_at');
  await reader.readDue('main');
  await waitFor('the webhook to be read', async () => (await row())?.processed_at !== null);
  expect((await row())?.error).toBeNull();
});

test('a customer who confirms with the bank later is charged when the webhook tells of it', async () => {
  const invoice = await world.finalise(await world.customer({ stripe: 'pm_card_authenticationRequired' }));
  const { id, reference } = await world.settled(invoice, 'REQUIRES_ACTION');
  // What the customer's browser does with Stripe, on session.
  const confirmed = await fetch(`${world.gateways.sandbox.url}/v1/payment_intents/${reference}/confirm`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk_test_integration',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'payment_method=pm_card_visa',
  });
  expect(confirmed.status).toBe(200);
  for (const event of eventsOf(id)) await signed('stripe', event.body);
  const paid = await world.settled(invoice, 'SUCCEEDED');
  expect(paid.id).toBe(id);
  expect(world.captures(invoice)).toBe(1);
});
