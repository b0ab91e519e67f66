import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TestTenant } from '@tollgate/testing/stack';
import { startPlans, type Data, type PlansBench } from './harness.js';

const AT_ONCE = 20;

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

async function aCoupon(tenant: TestTenant, more: object): Promise<string> {
  const input = { code: newId('cpn'), percent: '10', target: 'SUBSCRIPTION', duration: 'ONCE', ...more };
  const answer = await plans.run(tenant, 'createCoupon', '... on CouponCreated { coupon { id } }', input);
  return (answer as unknown as Data)['coupon']?.['id'] as string;
}

async function countsOf(outcomes: readonly Promise<{ readonly __typename: string }>[]) {
  const counts: Record<string, number> = {};
  for (const { __typename: name } of await Promise.all(outcomes)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

const apply = (tenant: TestTenant, input: object) => plans.run(tenant, 'applyCoupon', '__typename', input);

const rowsOf = async (tenant: TestTenant, couponId: string) => {
  const sql = 'SELECT count(*)::int AS n FROM {t}.plans_coupon_application WHERE coupon_id = $1';
  return (await plans.sql<{ n: number }>(tenant, sql, [couponId]))[0]?.n;
};

test('a coupon that is applied twenty times at once is applied once', async () => {
  const tenant = await plans.sandbox();
  const [customerId, planId] = [await plans.addCustomer(tenant), await plans.aPlan(tenant)];
  const answer = await plans.createSubscription(tenant, { customerId, planId });
  const subscriptionId = (answer as unknown as Data)['subscription']?.['id'] as string;
  const couponId = await aCoupon(tenant, {});
  const asked = Array.from({ length: AT_ONCE }, () => apply(tenant, { couponId, subscriptionId }));
  expect(await countsOf(asked)).toEqual({ CouponApplied: 1, CouponAlreadyApplied: AT_ONCE - 1 });
  expect(await rowsOf(tenant, couponId)).toBe(1);
  expect(await plans.published(tenant, 'coupon.applied')).toHaveLength(1);
});

test('a limit of redemptions holds however many ask at once, by command and with new subscriptions', async () => {
  const tenant = await plans.sandbox();
  const planId = await plans.aPlan(tenant);
  const customers = await plans.addCustomers(tenant, AT_ONCE);
  const forCustomers = await aCoupon(tenant, { target: 'INVOICE', maxRedemptions: 3 });
  const asked = customers.map((customerId) => apply(tenant, { couponId: forCustomers, customerId }));
  expect(await countsOf(asked)).toEqual({ CouponApplied: 3, CouponExhausted: AT_ONCE - 3 });
  expect(await rowsOf(tenant, forCustomers)).toBe(3);
  const withNew = await aCoupon(tenant, { maxRedemptions: 2 });
  const made = customers.map((customerId) =>
    plans.createSubscription(tenant, { customerId, planId, couponIds: [withNew] }),
  );
  expect(await countsOf(made)).toEqual({ SubscriptionCreated: 2, CouponExhausted: AT_ONCE - 2 });
  expect(await rowsOf(tenant, withNew)).toBe(2);
});

test('a coupon is redeemed until its last instant, and a removed one counts as redeemed', async () => {
  const tenant = await plans.sandbox('2024-02-01T00:00:00.000Z');
  const [first, second] = await plans.addCustomers(tenant, 2);
  const over = await aCoupon(tenant, { target: 'INVOICE', redeemBy: '2024-02-01T00:00:00.000Z' });
  const open = { target: 'INVOICE', redeemBy: '2024-02-01T00:00:00.001Z', maxRedemptions: 1 };
  const couponId = await aCoupon(tenant, open);
  expect(await apply(tenant, { couponId: over, customerId: first })).toMatchObject({
    __typename: 'CouponExpired',
  });
  expect(await apply(tenant, { couponId, customerId: first })).toMatchObject({ __typename: 'CouponApplied' });
  const removed = await plans.run(tenant, 'removeCoupon', '__typename', { couponId, customerId: first });
  expect(removed).toMatchObject({ __typename: 'CouponRemoved' });
  for (const customerId of [first, second])
    expect(await apply(tenant, { couponId, customerId })).toMatchObject({ __typename: 'CouponExhausted' });
});
