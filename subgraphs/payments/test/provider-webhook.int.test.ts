import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RawWebhook } from '../src/providers/domain/provider.js';
import { startFront } from './front.js';
import { charge, providersAt, startGateways, type Gateways } from './gateways.js';

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
      : { id: 'WH-1', event_type: 'CUSTOMER.MERCHANT-MIGRATION.COMPLETED', resource: {} },
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

  test('a text that no database can hold is as good as none', async () => {
    const body = event.replace(/"id":\s*"/, '$&\\u0000');
    expect(JSON.parse(body)).toMatchObject({ id: expect.stringContaining('\u0000') });
    expect(await verify(signed(body))).toMatchObject({ outcome: 'forged' });
  });

  test('a body that is not a JSON object is forged, even when signed', async () => {
    for (const body of ['', '[]', 'null', '1', '"text"', '{}', '{}},{"x":{}', 'not json'])
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

test('a Stripe event that lacks what others have is verified: it says what it says', async () => {
  const verify = (object: unknown, type = 'payment_intent.succeeded') => {
    const body = JSON.stringify({ id: 'evt_3', type, data: { object } });
    const headers = gateways.sandbox.sign('stripe', body);
    return gateways.providers.stripe.verifyWebhook({ headers, body: Buffer.from(body) });
  };
  for (const object of [null, {}, { id: 'pi_1' }, { id: 'pi_1', metadata: null }, { id: 7, metadata: 'x' }]) {
    expect(await verify(object)).toMatchObject({ outcome: 'verified', kind: 'captured' });
    expect(await verify(object, 'refund.created')).toMatchObject({ outcome: 'verified', kind: 'refunded' });
  }
  const named = { id: 'pi_1', metadata: { tenant: 'ten_1', payment: 'pay_1' } };
  expect(await verify(named)).toMatchObject({ reference: 'pi_1', tenant: 'ten_1', paymentId: 'pay_1' });
});

const paypalEvent = JSON.stringify({ id: 'WH-2', event_type: 'PAYMENT.CAPTURE.COMPLETED', resource: {} });

test('while PayPal cannot be asked at all, its webhook is neither genuine nor forged', async () => {
  const headers = gateways.sandbox.sign('paypal', paypalEvent);
  for (const kind of ['error_503', 'unreachable']) {
    const { paypal } = providersAt(gateways.sandbox.url);
    gateways.sandbox.control.setFault({ provider: 'paypal', kind, path: '/v1/notifications' });
    const outcome = await paypal.verifyWebhook({ headers, body: Buffer.from(paypalEvent) });
    expect(outcome).toMatchObject({ outcome: 'unavailable' });
  }
});

test('where its certificate cannot be had, PayPal is asked', async () => {
  const { paypal } = providersAt(gateways.sandbox.url);
  gateways.sandbox.control.setFault({ provider: 'paypal', kind: 'error_503', path: '/certs/' });
  const headers = gateways.sandbox.sign('paypal', paypalEvent);
  const verify = (body: string) => paypal.verifyWebhook({ headers, body: Buffer.from(body) });
  expect(await verify(paypalEvent)).toMatchObject({ outcome: 'verified', eventId: 'WH-2' });
  expect(await verify(paypalEvent.replace('WH-2', 'WH-3'))).toMatchObject({ outcome: 'forged' });
});

test('a thousand forged webhooks make us call PayPal a few times only, and genuine ones go through', async () => {
  const front = await startFront(gateways.sandbox.url);
  const { paypal } = providersAt(front.url);
  const genuine = {
    ...gateways.sandbox.sign('paypal', paypalEvent),
    'paypal-cert-url': `${front.url}/v1/notifications/certs/sandbox`,
  };
  const verify = (headers: Record<string, string>) =>
    paypal.verifyWebhook({ headers, body: Buffer.from(paypalEvent) });
  expect(await verify(genuine)).toMatchObject({ outcome: 'verified' });
  for (let count = 0; count < 1_000; count += 1) {
    const cert = [
      'https://evil.example/v1/notifications/certs/x',
      `${front.url}/v1/notifications/certs/c${count}`,
    ];
    const forged = { ...genuine, 'paypal-transmission-sig': 'AAAA' };
    const url = count % 3 === 2 ? {} : { 'paypal-cert-url': cert[count % 3] ?? '' };
    const { outcome } = await verify({ ...forged, ...url });
    expect(['forged', 'unavailable']).toContain(outcome);
  }
  expect(await verify(genuine)).toMatchObject({ outcome: 'verified' });
  expect(front.heard.length).toBeLessThanOrEqual(15);
  await front.stop();
});

const contains = ({ body }: RawWebhook, text: string): boolean =>
  Buffer.from(body).toString('utf8').includes(text);
