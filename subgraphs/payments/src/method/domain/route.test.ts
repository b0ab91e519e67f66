import { expect, test } from 'vitest';
import { isBackup, routeOf } from './route.js';

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
