import { money } from '@tollgate/kernel/money/money';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { charge, startGateways, type Gateways } from './gateways.js';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await startGateways();
});
afterAll(() => gateways.stop());

test('an amount that Stripe never charges is a hard decline, not an error that is tried for ever', async () => {
  const request = { ...charge('pm_card_visa'), money: money(100_000_000n, 'USD') };
  expect(await gateways.providers.stripe.authorise(request)).toMatchObject({
    outcome: 'declined',
    code: 'amount_too_large',
    hard: true,
  });
});

test.each([
  ['stripe', money(5_125n, 'KWD'), 'amount_not_supported'],
  ['paypal', money(12_350n, 'HUF'), 'amount_not_supported'],
  ['paypal', money(5_120n, 'KWD'), 'currency_not_supported'],
] as const)(
  '%s charges no %o, and says whether it is the amount or the currency',
  async (name, amount, code) => {
    const request = { ...charge(name === 'stripe' ? 'pm_card_visa' : 'paypal_vault_ok'), money: amount };
    expect(await gateways.providers[name].authorise(request)).toMatchObject({ outcome: 'declined', code });
  },
);

test('an amount of three decimals that ends in 0 is charged exactly', async () => {
  const { stripe } = gateways.providers;
  const request = { ...charge('pm_card_visa'), money: money(5_120n, 'KWD') };
  const held = await stripe.authorise(request);
  if (held.outcome !== 'authorised') throw new Error(held.outcome);
  const { paymentId, money: asked } = request;
  const { authorisation } = held;
  expect(await stripe.capture({ paymentId, authorisation, money: asked })).toMatchObject({ money: asked });
});

test.each([
  ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds', false],
  ['pm_card_visa_chargeDeclinedInsufficientFunds', 'insufficient_funds', false],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card', true],
  ['pm_card_chargeDeclinedStolenCard', 'stolen_card', true],
])('Stripe declines %s as %s', async (token, code, hard) => {
  expect(await gateways.providers.stripe.authorise(charge(token))).toMatchObject({
    outcome: 'declined',
    code,
    hard,
  });
});
