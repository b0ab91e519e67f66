import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RawWebhook } from '../src/providers/domain/provider.js';
import { charge, startGateways, type Gateways } from './gateways.js';

const OLD_MS = 6 * 60_000;

let gateways: Gateways;
let receiver: Server;
/** Every webhook that arrived, by path. */
const received: { readonly path: string; readonly raw: RawWebhook }[] = [];

beforeAll(async () => {
  gateways = await startGateways();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        raw: { headers: request.headers, body: Buffer.concat(chunks) },
      });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  gateways.sandbox.control.setWebhookTargets({ stripe: `${url}/stripe`, paypal: `${url}/paypal` });
});
afterEach(() => gateways.sandbox.control.clearFaults());
afterAll(async () => {
  await gateways.stop();
  await new Promise((resolve) => receiver.close(resolve));
});

describe.each([
  { name: 'stripe' as const, token: 'pm_card_visa', captured: 'payment_intent.succeeded' },
  { name: 'paypal' as const, token: 'paypal_vault_ok', captured: 'PAYMENT.CAPTURE.COMPLETED' },
])('$name', ({ name, token, captured }) => {
  const verify = (raw: RawWebhook) => gateways.providers[name].verifyWebhook(raw);
  const signed = (body: string, at?: Date): RawWebhook => ({
    headers: gateways.sandbox.sign(name, body, at),
    body: Buffer.from(body),
  });
  const event = JSON.stringify(
    name === 'stripe'
      ? { id: 'evt_1', object: 'event', type: 'customer.created', data: { object: {} } }
      : { id: 'WH-1', event_type: 'CUSTOMER.DISPUTE.CREATED', resource: {} },
  );

  test('a payment is told by genuine webhooks that name it', async () => {
    const provider = gateways.providers[name];
    const request = charge(token);
    const held = await provider.authorise(request);
    if (held.outcome !== 'authorised') throw new Error('not authorised');
    const { authorisation, reference } = held;
    const taken = await provider.capture({
      paymentId: request.paymentId,
      authorisation,
      money: request.money,
    });
    const told = await waitFor('both webhooks', async () => {
      const mine = received.filter(
        ({ path, raw }) => path === `/${name}` && contains(raw, request.paymentId),
      );
      const outcomes = await Promise.all(mine.map(({ raw }) => verify(raw)));
      return (
        outcomes.filter((outcome) => 'kind' in outcome && outcome.kind !== 'other').length >= 2 && outcomes
      );
    });
    const names = { outcome: 'verified', provider: name, tenant: 'ten_1', paymentId: request.paymentId };
    expect(told).toContainEqual(
      expect.objectContaining({ ...names, kind: 'authorised', authorisation, reference }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({
        ...names,
        kind: 'captured',
        type: captured,
        capture: 'capture' in taken ? taken.capture : '',
        authorisation,
      }),
    );
  });

  test('the same event sent again, in any order, keeps its id', async () => {
    const before = received.length;
    const statuses = await gateways.sandbox.control.resendWebhooks({
      provider: name,
      order: 'reverse',
      times: 2,
    });
    expect(new Set(statuses)).toEqual(new Set([200]));
    const again = received.slice(before).filter(({ path }) => path === `/${name}`);
    expect(again).toHaveLength(statuses.length);
    const outcomes = await Promise.all(again.map(({ raw }) => verify(raw)));
    expect(outcomes.every((outcome) => outcome.outcome === 'verified')).toBe(true);
    const ids = outcomes.map((outcome) => ('eventId' in outcome ? outcome.eventId : ''));
    expect(new Set(ids).size).toBe(statuses.length / 2);
  });

  test('an event of a kind we do not know is verified and changes nothing', async () => {
    expect(await verify(signed(event))).toMatchObject({ outcome: 'verified', kind: 'other' });
  });

  test('bytes that were changed after signing are forged, spaces included', async () => {
    const { headers } = signed(event);
    for (const body of [
      event.replace(/"type":"|"event_type":"/, '$&X'),
      `{ ${event.slice(1)}`,
      event.replace(',', ', '),
    ])
      expect(await verify({ headers, body: Buffer.from(body) }), body).toMatchObject({ outcome: 'forged' });
  });

  test('a signature of somebody else, none, or nonsense is forged', async () => {
    const other = await startGateways();
    const foreign =
      name === 'paypal' ? other.sandbox.sign('paypal', event) : { 'stripe-signature': 't=1,v1=00' };
    await other.stop();
    const body = Buffer.from(event);
    expect(await verify({ headers: foreign, body })).toMatchObject({ outcome: 'forged' });
    expect(await verify({ headers: {}, body })).toMatchObject({ outcome: 'forged' });
    const nonsense = Object.fromEntries(
      Object.keys(signed(event).headers).map((header) => [header, 'nonsense']),
    );
    expect(await verify({ headers: nonsense, body })).toMatchObject({ outcome: 'forged' });
  });

  test('a body that is not a JSON object is forged, even when signed', async () => {
    for (const body of ['', '[]', '{}},{"x":{}', 'not json'])
      expect(await verify(signed(body)), body).toMatchObject({ outcome: 'forged' });
    const { headers } = signed(event);
    expect(await verify({ headers, body: Buffer.from([0xff, 0xfe, 0x7b]) })).toMatchObject({
      outcome: 'forged',
    });
  });
});

test('a Stripe webhook older than the tolerance is forged: it may be a replay', async () => {
  const body = JSON.stringify({
    id: 'evt_2',
    object: 'event',
    type: 'customer.created',
    data: { object: {} },
  });
  const headers = gateways.sandbox.sign('stripe', body, new Date(Date.now() - OLD_MS));
  expect(await gateways.providers.stripe.verifyWebhook({ headers, body: Buffer.from(body) })).toMatchObject({
    outcome: 'forged',
  });
});

test('while PayPal cannot be asked, its webhook is neither genuine nor forged', async () => {
  const body = JSON.stringify({ id: 'WH-2', event_type: 'PAYMENT.CAPTURE.COMPLETED', resource: {} });
  const headers = gateways.sandbox.sign('paypal', body);
  for (const kind of ['error_503', 'unreachable']) {
    gateways.sandbox.control.setFault({ provider: 'paypal', kind, path: 'verify-webhook-signature' });
    expect(await gateways.providers.paypal.verifyWebhook({ headers, body: Buffer.from(body) })).toMatchObject(
      {
        outcome: 'unavailable',
      },
    );
  }
});

const contains = ({ body }: RawWebhook, text: string): boolean =>
  Buffer.from(body).toString('utf8').includes(text);
