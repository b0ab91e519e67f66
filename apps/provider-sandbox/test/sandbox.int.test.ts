import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { scratchDir } from '@tollgate/testing/services';
import { waitFor } from '@tollgate/testing/waiting';
import { afterEach, expect, test } from 'vitest';
import { startProviderSandbox } from '../src/server.js';
import type { ProviderSandbox } from '../src/server.js';

const SECRETS = { stripeWebhookSecret: 'whsec_test', paypalWebhookId: 'WH1TEST' };
const stops: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(stateFile?: string): Promise<ProviderSandbox> {
  const sandbox = await startProviderSandbox({ port: 0, ...SECRETS, ...(stateFile ? { stateFile } : {}) });
  stops.push(() => sandbox.stop());
  return sandbox;
}

/** Stripe's API by hand: status and body. */
async function stripe(url: string, path: string, form: Record<string, string>, key?: string) {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_x', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body: new URLSearchParams(form),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const HOLD = {
  amount: '2000',
  currency: 'usd',
  capture_method: 'manual',
  confirm: 'true',
  payment_method: 'pm_card_visa',
  'metadata[payment]': 'pay_1',
};

test('a key with the same request gives the first answer, with another one an idempotency error', async () => {
  const { url, control } = await start();
  const first = await stripe(url, '/v1/payment_intents', HOLD, 'k1');
  expect(await stripe(url, '/v1/payment_intents', HOLD, 'k1')).toEqual(first);
  const other = await stripe(url, '/v1/payment_intents', { ...HOLD, amount: '3000' }, 'k1');
  expect(other).toMatchObject({ status: 400, body: { error: { type: 'idempotency_error' } } });
  expect(control.holds()).toHaveLength(1);
});

test('a declined card is an HTTP 402 in Stripe’s shape, and the same again for the same key', async () => {
  const { url } = await start();
  const declined = { ...HOLD, payment_method: 'pm_card_visa_chargeDeclined' };
  const first = await stripe(url, '/v1/payment_intents', declined, 'k1');
  expect(first).toMatchObject({
    status: 402,
    body: { error: { type: 'card_error', code: 'card_declined', decline_code: 'generic_decline' } },
  });
  expect(await stripe(url, '/v1/payment_intents', declined, 'k1')).toEqual(first);
});

test('a card declines its first charges, each token by its own count, and a repeated request is no charge', async () => {
  const { url } = await start();
  const charge = async (token: string, key: string) =>
    (await stripe(url, '/v1/payment_intents', { ...HOLD, payment_method: token }, key)).status;
  const ada = 'pm_card_declines_2_times_ada';
  expect([await charge(ada, 'a1'), await charge(ada, 'a1'), await charge(ada, 'a2')]).toEqual([
    402, 402, 402,
  ]);
  expect(await charge('pm_card_declines_2_times_bob', 'b1')).toBe(402);
  expect([await charge(ada, 'a3'), await charge(ada, 'a4')]).toEqual([200, 200]);
  expect(await charge('pm_card_declines_0_times', 'c1')).toBe(400);
});

test('a customer who was not there confirms afterwards what their bank wants confirmed', async () => {
  const { url, control } = await start();
  const form = { ...HOLD, off_session: 'true', payment_method: 'pm_card_authenticationRequired' };
  const { status, body } = await stripe(url, '/v1/payment_intents', form, 'k1');
  const problem = body['error'] as { code: string; payment_intent: { id: string } };
  expect([status, problem.code]).toEqual([402, 'authentication_required']);
  const { id } = problem.payment_intent;
  expect((await fetch(`${url}/_control/authenticate/${id}`)).status).toBe(200);
  expect(control.holds()).toHaveLength(1);
  expect((await fetch(`${url}/_control/authenticate/${id}`)).status).toBe(404);
});

test('a request refused for its form leaves its key free', async () => {
  const { url } = await start();
  expect((await stripe(url, '/v1/payment_intents', { ...HOLD, amount: 'much' }, 'k1')).status).toBe(400);
  expect((await stripe(url, '/v1/payment_intents', HOLD, 'k1')).status).toBe(200);
});

test('a stored method works for its own customer, and behaves as the card it was made from', async () => {
  const { url } = await start();
  const customer = String((await stripe(url, '/v1/customers', { email: 'a@example.com' })).body['id']);
  const attach = async (token: string) =>
    String((await stripe(url, `/v1/payment_methods/${token}/attach`, { customer })).body['id']);
  const good = await attach('pm_card_visa');
  const bad = await attach('pm_card_chargeDeclined');
  expect(good).not.toBe('pm_card_visa');
  expect((await stripe(url, '/v1/payment_intents', { ...HOLD, customer, payment_method: good })).status).toBe(
    200,
  );
  expect((await stripe(url, '/v1/payment_intents', { ...HOLD, customer, payment_method: bad })).status).toBe(
    402,
  );
  expect((await stripe(url, '/v1/payment_intents', { ...HOLD, payment_method: good })).status).toBe(400);
});

test('an intent that waits for the bank is held once its customer has been there', async () => {
  const { url, control } = await start();
  const waiting = await stripe(url, '/v1/payment_intents', {
    ...HOLD,
    payment_method: 'pm_card_authenticationRequired',
  });
  expect(waiting.body).toMatchObject({ status: 'requires_action' });
  expect(control.holds()).toEqual([]);
  const action = waiting.body['next_action'] as { redirect_to_url: { url: string } };
  expect((await fetch(action.redirect_to_url.url)).status).toBe(200);
  expect((await fetch(action.redirect_to_url.url)).status).toBe(404);
  expect(control.holds()).toHaveLength(1);
});

test('strangers, unknown paths and huge or malformed bodies are refused', async () => {
  const { url } = await start();
  const status = async (path: string, init: RequestInit = {}) => (await fetch(`${url}${path}`, init)).status;
  expect(await status('/v1/payment_intents')).toBe(401);
  expect(await status('/v2/checkout/orders', { method: 'POST', body: '{}' })).toBe(401);
  expect(await status('/v1/oauth2/token', { method: 'POST' })).toBe(401);
  const paypal = { authorization: 'Bearer A21AAx' };
  expect(await status('/v2/checkout/orders', { method: 'POST', headers: paypal, body: '{' })).toBe(400);
  expect(await status('/v2/nothing', { headers: paypal })).toBe(404);
  expect(await status('/v1/nothing', { headers: { authorization: 'Bearer sk_test_x' } })).toBe(404);
  expect(await status('/v1/customers', { method: 'POST', body: 'a'.repeat(1_000_001) })).toBe(413);
  expect(await status('/_control/faults', { method: 'POST', body: '{"provider":"adyen"}' })).toBe(400);
});

test('faults come and go over HTTP', async () => {
  const { url } = await start();
  const fault = (method: string, body?: unknown) =>
    fetch(`${url}/_control/faults`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  await fault('POST', { provider: 'stripe', kind: 'error_503', count: 1 });
  expect((await stripe(url, '/v1/customers', {})).status).toBe(503);
  expect((await stripe(url, '/v1/customers', {})).status).toBe(200);
  await fault('POST', { provider: 'stripe', kind: 'unreachable' });
  await expect(stripe(url, '/v1/customers', {})).rejects.toThrow();
  await fault('DELETE');
  expect((await stripe(url, '/v1/customers', {})).status).toBe(200);
});

test('a sandbox killed with -9 remembers every answer it gave', async () => {
  const stateFile = join(scratchDir(), `sandbox-${process.pid}.jsonl`);
  const first = await spawnSandbox(stateFile);
  const held = await stripe(first.url, '/v1/payment_intents', HOLD, 'k1');
  const path = `/v1/payment_intents/${String(held.body['id'])}/capture`;
  const captured = await stripe(first.url, path, {}, 'k2');
  first.child.kill('SIGKILL');
  const second = await start(stateFile);
  expect(await stripe(second.url, '/v1/payment_intents', HOLD, 'k1')).toEqual(held);
  expect(await stripe(second.url, path, {}, 'k2')).toEqual(captured);
  expect(second.control.captures()).toMatchObject([{ payment: 'pay_1', minor: '2000', currency: 'USD' }]);
});

test('webhooks that could not be delivered before a restart are delivered after it', async () => {
  const stateFile = join(scratchDir(), `webhooks-${process.pid}.jsonl`);
  const before = await start(stateFile);
  await stripe(before.url, '/v1/customers', {});
  await before.stop();
  stops.pop();
  const after = await start(stateFile);
  // Its own health answer will do for a receiver.
  after.control.setWebhookTargets({ stripe: `${after.url}/_control/webhooks/hold` });
  await waitFor('the delivery', () =>
    after.control.events().every((event) => event.delivery === 'delivered'),
  );
  expect(after.control.events()).toHaveLength(1);
});

/** The compiled sandbox as a process of its own. */
async function spawnSandbox(
  stateFile: string,
): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const main = new URL('../dist/main.js', import.meta.url).pathname;
  const flags = [
    '--port=0',
    `--state-file=${stateFile}`,
    '--stripe-webhook-secret=whsec_test',
    '--paypal-webhook-id=WH1TEST',
  ];
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  stops.push(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = await waitFor('the sandbox process', () => /ready at (\S+)/.exec(output)?.[1]);
  return { url, child };
}
