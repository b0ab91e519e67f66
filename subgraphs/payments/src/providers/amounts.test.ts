import { CURRENCIES } from '@tollgate/kernel/money/currency';
import type { Currency } from '@tollgate/kernel/money/currency';
import { money } from '@tollgate/kernel/money/money';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromPaypalValue, fromStripeAmount, toPaypalValue, toStripeAmount } from './amounts.js';

const amounts = fc.record({
  minor: fc.bigInt({ min: 1n, max: 10n ** 12n }),
  currency: fc.constantFrom<Currency>(...CURRENCIES),
});

test('what a gateway is asked to charge reads back as the same money, in every currency', () => {
  fc.assert(
    fc.property(amounts, (asked) => {
      const stripe = toStripeAmount(asked);
      const paypal = toPaypalValue(asked);
      if (stripe !== null) expect(fromStripeAmount(stripe, asked.currency.toLowerCase())).toEqual(asked);
      if (paypal !== null) expect(fromPaypalValue(paypal, asked.currency)).toEqual(asked);
    }),
  );
});

test('the special currencies are charged in the unit the gateway means', () => {
  expect(toStripeAmount(money(2_000n, 'USD'))).toBe(2_000);
  expect(toStripeAmount(money(500n, 'JPY'))).toBe(500);
  expect(toStripeAmount(money(5n, 'ISK'))).toBe(500);
  expect(toStripeAmount(money(5n, 'UGX'))).toBe(500);
  expect(toStripeAmount(money(500n, 'MGA'))).toBe(5);
  expect(toStripeAmount(money(5_120n, 'KWD'))).toBe(5_120);
  expect(toPaypalValue(money(5n, 'USD'))).toBe('0.05');
  expect(toPaypalValue(money(500n, 'JPY'))).toBe('500');
  expect(toPaypalValue(money(12_300n, 'HUF'))).toBe('123');
});

test('an amount the gateway cannot charge exactly is refused, never rounded', () => {
  expect(toStripeAmount(money(5_125n, 'KWD'))).toBeNull();
  expect(toStripeAmount(money(501n, 'MGA'))).toBeNull();
  expect(toStripeAmount(money(0n, 'USD'))).toBeNull();
  expect(toPaypalValue(money(12_350n, 'HUF'))).toBeNull();
  expect(toPaypalValue(money(100n, 'KWD'))).toBeNull();
});
