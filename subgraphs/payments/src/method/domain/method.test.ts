import { expect, test } from 'vitest';
import { faultOf, isBackup, routeOf } from './method.js';

const fields = (change: object) => ({
  token: 'pm_card_visa',
  providerCustomer: null,
  label: null,
  ...change,
});

test.each([
  ['token', '4242424242424242'],
  ['token', '4242-4242-4242-4242'],
  ['token', 'pm_4242424242424242'],
  ['token', '378282246310005'],
  ['label', 'my card 4242 4242 4242 4242'],
  ['providerCustomer', '5555555555554444'],
])('a card number in %s is refused: %s', (field, value) => {
  expect(faultOf(fields({ [field]: value }))).toMatchObject({
    field,
    message: expect.stringContaining('Card numbers'),
  });
});

test.each([
  ['token', ''],
  ['token', 'pm card'],
  ['token', 'x'.repeat(256)],
  ['providerCustomer', 'cus/1'],
  ['label', ' '],
  ['label', 'x'.repeat(101)],
  ['label', 'half \ud83d'],
  ['label', 'a\u0000b'],
])('a malformed %s is refused', (field, value) => {
  expect(faultOf(fields({ [field]: value }))?.field).toBe(field);
});

test.each(['pm_card_visa', 'pm_1PQabcDEF0123456789', '8kk8451t', 'paypal_vault_ok', 'x'.repeat(255)])(
  'the token %s is accepted',
  (token) => {
    expect(faultOf(fields({ token, label: 'Visa 4242' }))).toBeNull();
  },
);

test('Stripe is asked first and PayPal second, each with its newest method', () => {
  const methods = [
    { id: 'pmt_1', provider: 'paypal' as const },
    { id: 'pmt_2', provider: 'stripe' as const },
    { id: 'pmt_3', provider: 'stripe' as const },
  ];
  expect(routeOf(methods)).toEqual([
    { provider: 'stripe', methodId: 'pmt_3' },
    { provider: 'paypal', methodId: 'pmt_1' },
  ]);
  expect(isBackup('paypal', methods)).toBe(true);
  expect(isBackup('paypal', methods.slice(0, 1))).toBe(false);
  expect(isBackup('stripe', methods)).toBe(false);
});
