import { expect, test } from 'vitest';
import { testCard } from './cards.js';
import { cancelIntent, captureIntent, confirmIntent } from './intent.js';
import type { Confirmation, Transition } from './intent.js';
import type { Intent } from './objects.js';

const intent: Intent = {
  id: 'pi_1',
  object: 'payment_intent',
  amount: 2_000,
  amount_capturable: 0,
  amount_received: 0,
  canceled_at: null,
  cancellation_reason: null,
  capture_method: 'manual',
  client_secret: 'pi_1_secret',
  confirmation_method: 'automatic',
  created: 1,
  currency: 'usd',
  customer: null,
  description: null,
  last_payment_error: null,
  latest_charge: null,
  livemode: false,
  metadata: {},
  next_action: null,
  payment_method: null,
  payment_method_types: ['card'],
  status: 'requires_payment_method',
};

const card = (token: string, offSession: 'off session' | 'on session' = 'off session'): Confirmation => ({
  method: token,
  behaviour: testCard(token)?.behaviour ?? { kind: 'succeeds' },
  offSession: offSession === 'off session',
  charge: 'ch_1',
  redirectUrl: 'https://bank.example/3ds',
  returnUrl: null,
});

const after = (transition: Transition): Intent => {
  if (!transition.intent) throw new Error('the transition left no intent');
  return transition.intent;
};

test('a manual intent holds on confirm and takes on capture', () => {
  const held = after(confirmIntent(intent, card('pm_card_visa')));
  expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 2_000, amount_received: 0 });
  expect(after(captureIntent(held, undefined))).toMatchObject({
    status: 'succeeded',
    amount_received: 2_000,
  });
});

test('an automatic intent takes the money on confirm', () => {
  const paid = after(confirmIntent({ ...intent, capture_method: 'automatic' }, card('pm_card_visa')));
  expect(paid).toMatchObject({ status: 'succeeded', amount_received: 2_000 });
});

test('a declined card leaves an intent that can be confirmed again', () => {
  const declined = confirmIntent(intent, card('pm_card_chargeDeclinedInsufficientFunds'));
  expect(declined).toMatchObject({ ok: false, status: 402, problem: { decline_code: 'insufficient_funds' } });
  expect(after(confirmIntent(after(declined), card('pm_card_visa'))).status).toBe('requires_capture');
});

test('authentication is a decline off session and an action on session', () => {
  expect(confirmIntent(intent, card('pm_card_authenticationRequired'))).toMatchObject({
    ok: false,
    problem: { code: 'authentication_required' },
  });
  expect(after(confirmIntent(intent, card('pm_card_authenticationRequired', 'on session')))).toMatchObject({
    status: 'requires_action',
    next_action: { redirect_to_url: { url: 'https://bank.example/3ds' } },
  });
});

test('no money moves twice, after a cancel, or beyond the hold', () => {
  const held = after(confirmIntent(intent, card('pm_card_visa')));
  const paid = after(captureIntent(held, undefined));
  const cancelled = after(cancelIntent(held, 2, null));
  for (const refused of [
    captureIntent(paid, undefined),
    captureIntent(cancelled, undefined),
    captureIntent(held, 2_001),
    confirmIntent(paid, card('pm_card_visa')),
    confirmIntent(cancelled, card('pm_card_visa')),
    cancelIntent(paid, 2, null),
  ])
    expect(refused).toMatchObject({ ok: false, status: 400 });
});

test('test tokens are known by every name Stripe gives them', () => {
  for (const token of ['pm_card_chargeDeclined', 'pm_card_visa_chargeDeclined', 'tok_chargeDeclined'])
    expect(testCard(token)?.behaviour.kind).toBe('declines');
  expect(testCard('pm_1MqLiJLkdIwHu7ix')).toBeUndefined();
});
