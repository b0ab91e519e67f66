import { money } from '@tollgate/kernel/money/money';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type {
  AuthoriseRequest,
  CaptureRequest,
  PaymentProvider,
  ProviderName,
} from '../src/providers/domain/provider.js';
import { charge, providersAt, startGateways, type Gateways } from './gateways.js';

const SHORT_TIMEOUT_MS = 400;

let gateways: Gateways;
beforeAll(async () => {
  gateways = await startGateways();
});
afterEach(() => gateways.sandbox.control.clearFaults());
afterAll(() => gateways.stop());

const capturesOf = (request: AuthoriseRequest) =>
  gateways.sandbox.control.captures().filter((captured) => captured.payment === request.paymentId);
const holdsOf = (request: AuthoriseRequest) =>
  gateways.sandbox.control.holds().filter((held) => held.payment === request.paymentId);

async function hold(provider: PaymentProvider, request: AuthoriseRequest): Promise<CaptureRequest> {
  const outcome = await provider.authorise(request);
  if (outcome.outcome !== 'authorised') throw new Error(`not authorised: ${JSON.stringify(outcome)}`);
  return { paymentId: request.paymentId, authorisation: outcome.authorisation, money: request.money };
}

const TOKENS: Record<
  ProviderName,
  Record<'good' | 'declined' | 'unreachable' | 'lost' | 'silent' | 'broken' | 'action' | 'gone', string>
> = {
  stripe: {
    good: 'pm_card_visa',
    declined: 'pm_card_visa_chargeDeclined',
    unreachable: 'pm_card_unreachable',
    lost: 'pm_card_unreachable_after',
    silent: 'pm_card_timeout',
    broken: 'pm_card_server_error',
    action: 'pm_card_authenticationRequired',
    gone: 'pm_nobody_knows',
  },
  paypal: {
    good: 'paypal_vault_ok',
    declined: 'paypal_vault_declined',
    unreachable: 'paypal_vault_unreachable',
    lost: 'paypal_vault_unreachable_after',
    silent: 'paypal_vault_timeout',
    broken: 'paypal_vault_server_error',
    action: 'paypal_vault_action_required',
    gone: 'nobodyknows',
  },
};

describe.each(['stripe', 'paypal'] as const)('%s', (name) => {
  const tokens = TOKENS[name];
  const provider = (): PaymentProvider => gateways.providers[name];

  test('a hold moves no money, its capture moves exactly the amount', async () => {
    const request = charge(tokens.good);
    const capture = await hold(provider(), request);
    expect(capturesOf(request)).toEqual([]);
    expect(holdsOf(request)).toHaveLength(1);
    expect(await provider().capture(capture)).toMatchObject({ outcome: 'captured', money: request.money });
    expect(capturesOf(request)).toMatchObject([
      { provider: name, minor: '2380', currency: 'EUR', tenant: 'ten_1', invoice: request.invoiceId },
    ]);
    expect(holdsOf(request)).toEqual([]);
  });

  test('repeating an authorisation gives the same one and holds once', async () => {
    const request = charge(tokens.good);
    const outcomes = await Promise.all([1, 2, 3].map(() => provider().authorise(request)));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
    expect(outcomes[0]).toMatchObject({ outcome: 'authorised' });
    expect(holdsOf(request)).toHaveLength(1);
  });

  test('a capture asked ten times, some at once, takes the money once', async () => {
    const request = charge(tokens.good);
    const capture = await hold(provider(), request);
    const first = await Promise.all(Array.from({ length: 5 }, () => provider().capture(capture)));
    const later = [];
    for (let count = 0; count < 5; count += 1) later.push(await provider().capture(capture));
    expect(new Set([...first, ...later].map((outcome) => 'capture' in outcome && outcome.capture)).size).toBe(
      1,
    );
    expect(capturesOf(request)).toHaveLength(1);
  });

  test('a capture whose answer is lost is known after asking again, and taken once', async () => {
    const request = charge(tokens.good);
    const capture = await hold(provider(), request);
    gateways.sandbox.control.setFault({
      provider: name,
      kind: 'unreachable',
      when: 'after',
      path: '/capture',
      // Stripe's SDK asks a second time by itself when a socket is reset.
      count: name === 'stripe' ? 2 : 1,
    });
    expect(await provider().capture(capture)).toMatchObject({ outcome: 'unavailable', sent: 'maybe' });
    expect(capturesOf(request)).toHaveLength(1);
    expect(await provider().capture(capture)).toMatchObject({ outcome: 'captured', money: request.money });
    expect(capturesOf(request)).toHaveLength(1);
  });

  test('a decline names its reason and holds nothing, however often it is asked', async () => {
    const request = charge(tokens.declined);
    const outcome = await provider().authorise(request);
    expect(outcome).toMatchObject({
      outcome: 'declined',
      code: name === 'stripe' ? 'card_declined' : 'instrument_declined',
      hard: false,
    });
    expect(await provider().authorise(request)).toEqual(outcome);
    expect(holdsOf(request)).toEqual([]);
  });

  test('a method that is gone is a hard decline', async () => {
    const outcome = await provider().authorise(charge(tokens.gone));
    expect(outcome).toMatchObject({ outcome: 'declined', code: 'payment_method_not_found', hard: true });
  });

  test('an authorisation that needs the customer says so', async () => {
    const outcome = await provider().authorise(charge(tokens.action));
    expect(outcome).toMatchObject({ outcome: 'requires_action', reference: expect.any(String) });
  });

  test('an amount the gateway cannot charge exactly is a hard decline, not a rounding', async () => {
    const request = { ...charge(tokens.good), money: money(10_001n, name === 'stripe' ? 'KWD' : 'HUF') };
    expect(await provider().authorise(request)).toMatchObject({ code: 'amount_not_supported', hard: true });
  });

  test('a reset, a 500 and silence are unavailable, and leave nothing to pay twice', async () => {
    const impatient = providersAt(gateways.sandbox.url, SHORT_TIMEOUT_MS)[name];
    for (const token of [tokens.unreachable, tokens.broken, tokens.silent]) {
      const request = charge(token);
      const outcome = await impatient.authorise(request);
      expect(outcome, token).toMatchObject({ outcome: 'unavailable', sent: 'maybe' });
      const reference = 'reference' in outcome ? outcome.reference : undefined;
      const released = await impatient.void({ request, ...(reference === undefined ? {} : { reference }) });
      expect(released, token).toEqual({ outcome: 'nothing_held' });
    }
  });

  test('an authorisation whose answer is lost is found and voided, and then cannot be captured', async () => {
    const request = charge(tokens.lost);
    expect(await provider().authorise(request)).toMatchObject({ outcome: 'unavailable', sent: 'maybe' });
    const [held] = holdsOf(request);
    // As after a crash: not even the reference is known any more.
    expect(await provider().void({ request })).toEqual({
      outcome: 'voided',
      authorisation: held?.authorisation,
    });
    expect(holdsOf(request)).toEqual([]);
    const capture = {
      paymentId: request.paymentId,
      authorisation: held?.authorisation ?? '',
      money: request.money,
    };
    expect(await provider().capture(capture)).toMatchObject({ outcome: 'lapsed' });
    expect(capturesOf(request)).toEqual([]);
  });

  test('a gateway that refuses connections surely holds nothing', async () => {
    const gone = await startGateways();
    await gone.stop();
    expect(await gone.providers[name].authorise(charge(tokens.good))).toMatchObject({
      outcome: 'unavailable',
      sent: 'no',
    });
  });

  test('a rate limit and a 503 are unavailable for every call', async () => {
    const request = charge(tokens.good);
    const capture = await hold(provider(), request);
    for (const kind of ['error_429', 'error_503']) {
      gateways.sandbox.control.setFault({ provider: name, kind });
      expect(await provider().authorise(charge(tokens.good))).toMatchObject({
        outcome: 'unavailable',
        sent: 'no',
      });
      expect(await provider().capture(capture)).toMatchObject({ outcome: 'unavailable' });
      expect(await provider().void({ request })).toMatchObject({ outcome: 'unavailable' });
      expect(await provider().lookup(capture.authorisation)).toMatchObject({ outcome: 'unavailable' });
    }
  });

  test('voiding twice is voiding once, and a captured payment is not voided', async () => {
    const first = charge(tokens.good);
    const held = await hold(provider(), first);
    const order = { request: first, authorisation: held.authorisation };
    expect(await provider().void(order)).toEqual({ outcome: 'voided', authorisation: held.authorisation });
    expect(await provider().void(order)).toEqual({ outcome: 'voided', authorisation: held.authorisation });
    const second = charge(tokens.good);
    const taken = await hold(provider(), second);
    await provider().capture(taken);
    expect(await provider().void({ request: second, authorisation: taken.authorisation })).toEqual({
      outcome: 'already_captured',
      authorisation: taken.authorisation,
    });
    expect(await provider().void({ request: second })).toMatchObject({ outcome: 'already_captured' });
  });

  test('a lookup tells what the gateway holds, and whose it is', async () => {
    const request = charge(tokens.good);
    const authorised = await provider().authorise(request);
    if (authorised.outcome !== 'authorised') throw new Error('not authorised');
    const names = { tenant: 'ten_1', paymentId: request.paymentId, money: request.money };
    expect(await provider().lookup(authorised.reference)).toMatchObject({ ...names, status: 'authorised' });
    const { authorisation } = authorised;
    await provider().capture({ paymentId: request.paymentId, authorisation, money: request.money });
    expect(await provider().lookup(authorised.reference)).toMatchObject({ ...names, status: 'captured' });
    expect(await provider().lookup('pi_0NOBODYKNOWS')).toEqual({ outcome: 'not_found' });
  });

  test('credentials that the gateway rejects are a fault of ours: no customer is declined for them', async () => {
    const wrong = providersAt(gateways.sandbox.url, 10_000, 'refused')[name];
    const outcome = await wrong.authorise(charge(tokens.good));
    expect(outcome).toMatchObject({ outcome: 'unavailable', sent: 'no' });
  });
});

test('a PayPal order that its customer approves meanwhile is authorised by asking again', async () => {
  const request = charge(TOKENS.paypal.action);
  const asked = await gateways.providers.paypal.authorise(request);
  if (asked.outcome !== 'requires_action') throw new Error('no action required');
  expect((await fetch(asked.redirectUrl ?? '')).status).toBe(200);
  expect(await gateways.providers.paypal.authorise(request)).toMatchObject({ outcome: 'authorised' });
  expect(holdsOf(request)).toHaveLength(1);
});
