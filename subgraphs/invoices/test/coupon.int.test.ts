import { afterAll, beforeAll, expect, test } from 'vitest';
import { billKey, subscriptionBilled } from '@tollgate/contracts/plans/bill';
import { couponApplied } from '@tollgate/contracts/plans/coupon';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { decimal } from '@tollgate/kernel/number/decimal';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TestTenant } from '@tollgate/testing/stack';
import { customerOf, monthOf, startInvoices, termsFor, type Invoices } from './harness.js';
import { openingOf } from './opening.js';

let invoices: Invoices;

beforeAll(async () => {
  invoices = await startInvoices();
});
afterAll(() => invoices.stop());

/** A customer, half off one invoice of it, and two subscriptions whose first bills are told in one message. */
async function billTwo(to: TestTenant, isJoint: boolean) {
  const customerId = newId('cus');
  const aggregate = billKey(customerId);
  await invoices.tell(to, customerChanged, { aggregate: customerId, data: customerOf(customerId, 'US', 1) });
  await invoices.tell(to, couponApplied, {
    aggregate,
    data: {
      ...{ applicationId: newId('cpa'), couponId: newId('cpn'), customerId, subscriptionId: null },
      coupon: {
        ...{ code: 'half', name: 'Half', value: { percent: decimal('50') } },
        ...{ target: 'invoice', keys: [], duration: { kind: 'once' } },
      },
    },
  });
  const terms = [termsFor(customerId), termsFor(customerId)];
  const bills = terms.flatMap((one) => openingOf(one, monthOf(0)).bills);
  const joint = terms[0]?.subscriptionId;
  const told = bills.map((bill) => (isJoint && joint !== undefined ? { ...bill, joint } : bill));
  await invoices.tell(to, subscriptionBilled, { aggregate, data: { bills: told } });
  await invoices.quiet();
  return invoices.invoicesOf(to, customerId);
}

test('a coupon for one invoice is on the first of two that one message makes', async () => {
  const tenant = await invoices.openTenant();
  const made = await billTwo(tenant, false);
  expect(made.map(({ discount }) => discount)).toEqual([{ minor: '1000' }, { minor: '0' }]);
});

test('joint bills wait for usage to pass them on', async () => {
  const tenant = await invoices.openTenant();
  expect(await billTwo(tenant, true)).toEqual([]);
});
