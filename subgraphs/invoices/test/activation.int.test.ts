import { afterAll, beforeAll, expect, test } from 'vitest';
import { billKey } from '@tollgate/contracts/plans/bill';
import { subscriptionActivation } from '@tollgate/contracts/plans/activation';
import { paymentSettled } from '@tollgate/contracts/payments/payment';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TestTenant } from '@tollgate/testing/stack';
import { START, startInvoices, type Invoices, type Subscribed } from './harness.js';

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

const stop = async (own: TestTenant, { customerId, terms: { subscriptionId } }: Subscribed) => {
  const data = { subscriptionId, customerId, activation: 'stopped', at: START } as const;
  await suite.tell(own, subscriptionActivation, { aggregate: billKey(customerId), data });
  await suite.quiet();
};

test('the first invoice of a subscription that nobody paid for is voided once', async () => {
  const own = await suite.openTenant();
  const made = await suite.subscribe(own, 'US');
  await suite.invoiceOf(own, made.customerId, 0, 'OPEN');
  await stop(own, made);
  await stop(own, made);
  await suite.invoiceOf(own, made.customerId, 0, 'VOID');
  const voided = (await suite.told(own)).filter(({ type }) => type === 'invoice.voided');
  expect(voided).toMatchObject([{ data: { subscriptionId: made.terms.subscriptionId } }]);
});

test('one that was paid just before stands', async () => {
  const own = await suite.openTenant();
  const made = await suite.subscribe(own, 'US');
  const { id } = await suite.invoiceOf(own, made.customerId, 0, 'OPEN');
  const { customerId } = made;
  const settled = {
    ...{ paymentId: newId('pay'), invoiceId: id as `inv_${string}`, customerId, currency: 'USD' },
    ...{ amountMinor: '2000', provider: 'stripe' as const, reference: 'ch_1', settledAt: START },
  } as const;
  await suite.tell(own, paymentSettled, { aggregate: id, data: settled });
  await suite.invoiceOf(own, customerId, 0, 'PAID');
  await stop(own, made);
  await suite.invoiceOf(own, customerId, 0, 'PAID');
});
