import { afterAll, beforeAll, expect, test } from 'vitest';
import { decode } from '@tollgate/contracts/event';
import { invoicePaid, invoiceVoided } from '@tollgate/contracts/invoices/invoice';
import { subscriptionActivation } from '@tollgate/contracts/plans/activation';
import { instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { timers } from '../src/subscription/timers.js';
import { JANUARY_31, startPlans, type Data, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

const UNTIL = '2024-02-01T11:00:00.000Z';
const LATER = '2024-01-31T13:00:00.000Z';

async function incomplete(own: TestTenant) {
  const customerId = (await plans.addCustomer(own)) as `cus_${string}`;
  const planId = await plans.aPlan(own);
  const answer = await plans.run(own, 'createSubscription', SELECTED, {
    ...{ customerId, planId, activation: 'ON_PAYMENT' },
  });
  const subscription = (answer as unknown as Data)['subscription'] ?? {};
  expect(subscription).toMatchObject({ status: 'INCOMPLETE', activatesUntil: UNTIL });
  return { customerId, planId, subscriptionId: subscription['id'] as `sub_${string}` };
}
const SELECTED = `... on SubscriptionCreated { subscription { id status activatesUntil currentPeriod { from } } }
  ... on InvalidInput { field } ... on MeterAlreadyPriced { meterId }`;

const invoiceOf = ({ customerId, subscriptionId }: Awaited<ReturnType<typeof incomplete>>) => ({
  ...{ invoiceId: newId('inv'), customerId, subscriptionId },
  ...{ currency: 'USD', totalMinor: '2000', number: 'INV-000001' },
});
const inState = (own: TestTenant, id: string, status: string) =>
  waitFor(status, async () => {
    const found = await plans.read(own, id);
    return found.status === status && found;
  });
const toldOf = async (own: TestTenant) =>
  (await plans.published(own, subscriptionActivation.type)).map(
    (one) => decode(subscriptionActivation, one).data.activation,
  );
const expire = (own: TestTenant, subscriptionId: string) =>
  plans.platform.db.tenant(
    own.scope,
    (tx) =>
      timers['activation_expiry']?.(tx, [
        { dueAt: instant(UNTIL), payload: { subscriptionId, index: 0 } } as never,
      ]) ?? Promise.resolve(),
  );

test('a subscription is active once its first invoice is paid', async () => {
  const own = await plans.sandbox();
  const made = await incomplete(own);
  expect(await toldOf(own)).toEqual(['awaited']);
  expect((await plans.dueTimers(own)).map(({ key }) => key)).toEqual([made.subscriptionId]);
  for (const [name, more] of [
    ['changeSubscription', { quantity: '2' }],
    ['pauseSubscription', { when: 'NOW' }],
  ] as const)
    expect(
      await plans.run(own, name, '... on NotActive { message }', {
        subscriptionId: made.subscriptionId,
        ...more,
      }),
    ).toMatchObject({ __typename: 'NotActive' });
  const data = { ...invoiceOf(made), paidAt: LATER };
  await plans.tell(own, invoicePaid, { aggregate: data.invoiceId, data, at: LATER });
  await inState(own, made.subscriptionId, 'ACTIVE');
  expect(await toldOf(own)).toEqual(['awaited', 'active']);
  await expire(own, made.subscriptionId);
  expect(await plans.read(own, made.subscriptionId)).toMatchObject({ status: 'ACTIVE' });
  expect(await plans.drift(own)).toEqual([]);
});

test('one that nobody pays for asks for its invoice to be voided, and is over when that is', async () => {
  const own = await plans.sandbox();
  const made = await incomplete(own);
  await expire(own, made.subscriptionId);
  await expire(own, made.subscriptionId);
  expect(await toldOf(own)).toEqual(['awaited', 'stopped']);
  expect(await plans.read(own, made.subscriptionId)).toMatchObject({ status: 'INCOMPLETE' });
  const data = { ...invoiceOf(made), voidedAt: UNTIL, reason: 'not paid' };
  await plans.tell(own, invoiceVoided, { aggregate: data.invoiceId, data, at: UNTIL });
  expect(await inState(own, made.subscriptionId, 'ENDED')).toMatchObject({ endedAt: UNTIL });
  const bills = (await plans.billsOf(own)).flatMap((message) => message.data.bills);
  expect(bills.map(({ number, closes, over }) => [number, closes, over])).toEqual([
    [0, null, null],
    [1, null, 'ended'],
  ]);
  expect(await plans.drift(own)).toEqual([]);
});

test('one that was cancelled and is paid all the same gets back what it paid', async () => {
  const own = await plans.sandbox();
  const made = await incomplete(own);
  const { subscriptionId } = made;
  await plans.cancelSubscription(own, { subscriptionId, when: 'NOW' });
  expect(await toldOf(own)).toEqual(['awaited', 'stopped']);
  const data = { ...invoiceOf(made), paidAt: LATER };
  await plans.tell(own, invoicePaid, { aggregate: data.invoiceId, data, at: LATER });
  await inState(own, subscriptionId, 'ENDED');
  const last = (await plans.billsOf(own)).at(-1)?.data.bills.at(-1);
  expect(last).toMatchObject({ reason: 'cancel', over: 'ended', credit: { to: 'balance' } });
});

test('only what is paid for today waits for that', async () => {
  const own = await plans.sandbox();
  const customerId = await plans.addCustomer(own);
  const planId = await plans.aPlan(own);
  const asked = { customerId, planId, activation: 'ON_PAYMENT' };
  for (const wrong of [{ trialDays: 3 }, { startsOn: '2024-02-02' }, { startsOn: '2024-01-30' }])
    expect(await plans.run(own, 'createSubscription', SELECTED, { ...asked, ...wrong })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'input.activation',
    });
  expect(await plans.published(own, 'subscription.billed')).toEqual([]);
  expect(JANUARY_31).toBe('2024-01-31T12:00:00.000Z');
});
