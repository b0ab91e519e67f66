import { expect, test } from 'vitest';
import { parseFault, strike } from './faults.js';

test('a counted fault hits that often and is gone', () => {
  const fault = parseFault({ provider: 'stripe', kind: 'error_500', count: 2 });
  if (typeof fault === 'string') throw new Error(fault);
  const first = strike(fault, '/v1/payment_intents');
  const second = strike(first.rest, '/v1/payment_intents');
  expect([first.hit?.kind, second.hit?.kind, second.rest]).toEqual(['error_500', 'error_500', undefined]);
});

test('a fault without a count stays until it is cleared, and only on its path', () => {
  const fault = parseFault({ provider: 'paypal', kind: 'unreachable', path: '/capture', when: 'after' });
  if (typeof fault === 'string') throw new Error(fault);
  expect(strike(fault, '/v2/checkout/orders')).toEqual({ rest: fault });
  expect(strike(fault, '/v2/payments/authorizations/1/capture')).toEqual({ hit: fault, rest: fault });
});

test('a malformed fault is refused with a reason', () => {
  expect(parseFault({ provider: 'adyen', kind: 'timeout' })).toMatch('provider');
  expect(parseFault({ provider: 'stripe', kind: 'rain' })).toMatch('kind');
  expect(parseFault({ provider: 'stripe', kind: 'timeout', count: 0 })).toMatch('count');
  expect(parseFault(null)).toMatch('provider');
});
