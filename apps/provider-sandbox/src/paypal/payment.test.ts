import { expect, test } from 'vitest';
import { amountOf, minorOf, parseAmount } from './amount.js';
import type { Order } from './objects.js';
import { authoriseOrder, captureAuthorization, refundCapture, voidAuthorization } from './payment.js';
import type { Result } from './payment.js';

const now = new Date('2026-01-01T00:00:00Z');
const order: Order = {
  id: 'O1',
  intent: 'AUTHORIZE',
  status: 'CREATED',
  create_time: now.toISOString(),
  amount: { currency_code: 'USD', value: '20.00' },
  reference_id: 'default',
  custom_id: 'ten_1:pay_1',
};

const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new Error(result.issue.issue);
  return result.value;
};
const issueOf = <T>(result: Result<T>): string => (result.ok ? 'none' : result.issue.issue);
const held = valueOf(authoriseOrder(order, 'A1', now));

test('an authorised order carries its names to the hold and the capture', () => {
  const { capture, authorization } = valueOf(
    captureAuthorization(held.authorization, undefined, { id: 'C1', now }),
  );
  expect(held.order).toMatchObject({ status: 'COMPLETED', authorization: 'A1' });
  expect(authorization.status).toBe('CAPTURED');
  expect(capture).toMatchObject({
    amount: { value: '20.00' },
    custom_id: 'ten_1:pay_1',
    authorization: 'A1',
  });
});

test('no order is held twice and no hold taken twice, when voided, when expired or beyond its amount', () => {
  const { authorization } = valueOf(captureAuthorization(held.authorization, undefined, { id: 'C1', now }));
  const voided = valueOf(voidAuthorization(held.authorization, now));
  const much = { currency_code: 'USD', value: '20.01' };
  expect(issueOf(authoriseOrder(held.order, 'A2', now))).toBe('ORDER_ALREADY_AUTHORIZED');
  expect(issueOf(captureAuthorization(authorization, undefined, { id: 'C2', now }))).toBe(
    'AUTHORIZATION_ALREADY_CAPTURED',
  );
  expect(issueOf(captureAuthorization(voided, undefined, { id: 'C2', now }))).toBe('AUTHORIZATION_VOIDED');
  expect(issueOf(captureAuthorization(held.authorization, much, { id: 'C2', now }))).toBe(
    'MAX_CAPTURE_AMOUNT_EXCEEDED',
  );
  expect(
    issueOf(captureAuthorization(held.authorization, undefined, { id: 'C2', now: new Date('2026-02-01') })),
  ).toBe('AUTHORIZATION_EXPIRED');
  expect(issueOf(voidAuthorization(voided, now))).toBe('PREVIOUSLY_VOIDED');
  expect(issueOf(voidAuthorization(authorization, now))).toBe('PREVIOUSLY_CAPTURED');
});

test('refunds never give back more than was captured', () => {
  const { capture } = valueOf(captureAuthorization(held.authorization, undefined, { id: 'C1', now }));
  const half = { currency_code: 'USD', value: '10.00' };
  const first = valueOf(refundCapture(capture, { earlier: [], amount: half }, { id: 'R1', now }));
  expect(first.capture.status).toBe('PARTIALLY_REFUNDED');
  const second = valueOf(
    refundCapture(capture, { earlier: [first.refund], amount: half }, { id: 'R2', now }),
  );
  expect(second.capture.status).toBe('REFUNDED');
  expect(
    issueOf(
      refundCapture(capture, { earlier: [first.refund, second.refund], amount: half }, { id: 'R3', now }),
    ),
  ).toBe('CAPTURE_FULLY_REFUNDED');
});

test('amounts follow the decimals of the currency', () => {
  expect(parseAmount({ currency_code: 'USD', value: '20' })?.value).toBe('20.00');
  expect(parseAmount({ currency_code: 'JPY', value: '20.00' })).toBeUndefined();
  expect(parseAmount({ currency_code: 'USD', value: '0.00' })).toBeUndefined();
  expect(parseAmount({ currency_code: 'USD', value: '-1.00' })).toBeUndefined();
  expect(amountOf(minorOf({ currency_code: 'USD', value: '0.05' }), 'USD').value).toBe('0.05');
  expect(amountOf(500n, 'JPY').value).toBe('500');
});
