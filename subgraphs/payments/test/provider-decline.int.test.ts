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
