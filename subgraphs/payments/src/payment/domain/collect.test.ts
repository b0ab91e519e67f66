import { expect, test } from 'vitest';
import { money } from '@tollgate/kernel/money/money';
import { collectRejection, type Collectable } from './collect.js';

const open = (more: Partial<Collectable> = {}): Collectable => ({
  invoice: { status: 'open', due: money(2_000n, 'USD') },
  paidMinor: 0n,
  live: null,
  replacesWaiting: false,
  hasMethod: true,
  ...more,
});

test('an open invoice of a customer with a method is collected', () => {
  expect(collectRejection('inv_1', open())).toBeNull();
});

test('what a payment captured a part of is collected again', () => {
  const rest = { status: 'open', due: money(1_500n, 'USD') } as const;
  expect(collectRejection('inv_1', open({ invoice: rest, paidMinor: 500n }))).toBeNull();
});

test('a payment that waits for the customer makes room where that is asked for, one under way never does', () => {
  const live = { id: 'pay_1', status: 'requires_action' };
  expect(collectRejection('inv_1', open({ live }))).toMatchObject({ reason: 'PaymentInProgress' });
  expect(collectRejection('inv_1', open({ live, replacesWaiting: true }))).toBeNull();
  expect(collectRejection('inv_1', open({ live: { id: 'pay_1', status: 'unavailable' } }))).toBeNull();
  expect(collectRejection('inv_1', open({ live: { id: 'pay_1', status: 'processing' } }))).toMatchObject({
    reason: 'PaymentInProgress',
    payment: { id: 'pay_1' },
  });
});

test.each([
  ['an unknown invoice', open({ invoice: null }), { reason: 'UnknownInvoice', invoiceId: 'inv_1' }],
  [
    'a void invoice',
    open({ invoice: { status: 'void', due: money(1n, 'USD') } }),
    { reason: 'InvoiceNotPayable', status: 'VOID' },
  ],
  [
    'an invoice with nothing due',
    open({ invoice: { status: 'open', due: money(0n, 'USD') } }),
    { reason: 'InvoiceNotPayable', status: 'NOTHING_DUE' },
  ],
  [
    'one whose money came before its invoice heard of it',
    open({ invoice: { status: 'open', due: money(0n, 'USD') }, paidMinor: 2_000n }),
    { reason: 'InvoiceNotPayable', status: 'PAID' },
  ],
  ['one of a customer without a method', open({ hasMethod: false }), { reason: 'NoPaymentMethod' }],
])('%s is not', (_what, known, rejection) => {
  expect(collectRejection('inv_1', known)).toMatchObject(rejection);
});
