import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import { setTestClock } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { timers } from '../src/subscription/timers.js';
import { JANUARY_31, startPlans, type Data, type PlansBench } from './harness.js';

const BATCH_SUBSCRIPTIONS = 500;
const CLOSE_KEYS = 6;

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

test('periods end on the test clock, clamp to month ends, and are told in order', async () => {
  const tenant = await plans.sandbox();
  const [customerId, planId] = [await plans.addCustomer(tenant), await plans.aPlan(tenant)];
  const answer = await plans.createSubscription(tenant, { customerId, planId });
  expect(answer).toMatchObject({
    subscription: {
      status: 'ACTIVE',
      startsOn: '2024-01-31',
      currentPeriodIndex: 0,
      currentPeriod: { from: '2024-01-31T00:00:00.000Z', to: '2024-02-29T00:00:00.000Z' },
    },
  });
  const id = (answer as unknown as Data)['subscription']?.['id'] as string;
  await setTestClock(plans.platform, tenant.id, '2024-04-15T00:00:00.000Z');
  expect(await plans.atPeriod(tenant, id, 2)).toMatchObject({
    currentPeriod: { from: '2024-03-31T00:00:00.000Z', to: '2024-04-30T00:00:00.000Z' },
  });
  const closes = await plans.closesOf(tenant);
  expect(closes.map((one) => [one.occurredAt, one.closes.map(({ number }) => number)])).toEqual([
    ['2024-02-29T00:00:00.000Z', [1]],
    ['2024-03-31T00:00:00.000Z', [2]],
  ]);
  expect(closes[0]?.closes[0]).toMatchObject({
    terms: { subscriptionId: id, customerId, currency: 'USD', timeZone: 'UTC', overrides: [], inline: null },
    current: { index: 1, period: { from: '2024-02-29T00:00:00.000Z', to: '2024-03-31T00:00:00.000Z' } },
    opens: true,
  });
  expect((await plans.billsOf(tenant)).map(({ data }) => data.bills[0]?.reason)).toEqual([
    'start',
    'period_end',
    'period_end',
  ]);
  expect(await plans.published(tenant, 'plan.version_published')).toMatchObject([
    { data: { planId, prices: [{ meterId: null }] } },
  ]);
});

test('periods that were over at the start close with the command, in order and under one key', async () => {
  const tenant = await plans.sandbox();
  const customerId = await plans.addCustomer(tenant, { timeZone: 'Europe/Berlin' });
  const input = { customerId, planId: await plans.aPlan(tenant), startsOn: '2023-10-15' };
  expect(await plans.createSubscription(tenant, input)).toMatchObject({
    subscription: { status: 'ACTIVE', currentPeriodIndex: 3 },
  });
  const told = await plans.closesOf(tenant);
  expect(told).toMatchObject([{ occurredAt: JANUARY_31 }]);
  expect(told[0]?.closes.map(({ number, closes }) => [number, closes.to])).toEqual([
    [1, '2023-11-14T23:00:00.000Z'],
    [2, '2023-12-14T23:00:00.000Z'],
    [3, '2024-01-14T23:00:00.000Z'],
  ]);
});

test('a calendar plan cuts at months, so that its first period is short', async () => {
  const tenant = await plans.sandbox('2024-02-10T08:00:00.000Z');
  const [customerId, planId] = [
    await plans.addCustomer(tenant, { timeZone: 'America/New_York' }),
    await plans.aPlan(tenant, { intervalCount: 3, alignment: 'CALENDAR', grain: 'THIRTY_DAY' }),
  ];
  expect(await plans.createSubscription(tenant, { customerId, planId })).toMatchObject({
    subscription: { currentPeriod: { from: '2024-02-10T05:00:00.000Z', to: '2024-04-01T04:00:00.000Z' } },
  });
  const [start] = await plans.billsOf(tenant);
  expect(start?.data.bills[0]?.current?.full).toEqual({
    from: '2024-01-01T05:00:00.000Z',
    to: '2024-04-01T04:00:00.000Z',
  });
});

test('a later start waits for its day', async () => {
  const tenant = await plans.sandbox();
  const input = {
    customerId: await plans.addCustomer(tenant),
    planId: await plans.aPlan(tenant),
    startsOn: '2024-02-10',
  };
  const answer = await plans.createSubscription(tenant, input);
  expect(answer).toMatchObject({ subscription: { status: 'SCHEDULED', currentPeriod: null } });
  expect(await plans.billsOf(tenant)).toEqual([]);
  await setTestClock(plans.platform, tenant.id, '2024-02-10T00:00:00.000Z');
  const id = (answer as unknown as Data)['subscription']?.['id'] as string;
  expect(await plans.atPeriod(tenant, id, 0)).toMatchObject({ status: 'ACTIVE' });
  expect(await plans.billsOf(tenant)).toHaveLength(1);
});

test('cancelling now closes the period up to now, with no next, and is told', async () => {
  const tenant = await plans.sandbox();
  const input = { customerId: await plans.addCustomer(tenant), planId: await plans.aPlan(tenant) };
  const id = ((await plans.createSubscription(tenant, input)) as unknown as Data)['subscription']?.['id'];
  await setTestClock(plans.platform, tenant.id, '2024-02-05T10:00:00.000Z');
  expect(await plans.cancelSubscription(tenant, { subscriptionId: id, when: 'NOW' })).toMatchObject({
    subscription: { status: 'ENDED', endedAt: '2024-02-05T10:00:00.000Z', currentPeriod: null },
  });
  const [close] = await plans.closesOf(tenant);
  expect(close?.closes).toMatchObject([
    {
      at: '2024-02-05T10:00:00.000Z',
      closes: { from: '2024-01-31T00:00:00.000Z', to: '2024-02-05T10:00:00.000Z', ends: true },
      current: null,
      over: 'ended',
    },
  ]);
  expect(await plans.cancelSubscription(tenant, { subscriptionId: id, when: 'NOW' })).toMatchObject({
    __typename: 'AlreadyEnded',
  });
  await setTestClock(plans.platform, tenant.id, '2024-06-01T00:00:00.000Z');
  await waitFor('the left-over timer to go', async () => (await plans.timersOf(tenant)) === 0);
  expect(await plans.closesOf(tenant)).toHaveLength(1);
});

test('cancelling at period end runs the period out', async () => {
  const tenant = await plans.sandbox();
  const input = { customerId: await plans.addCustomer(tenant), planId: await plans.aPlan(tenant) };
  const id = ((await plans.createSubscription(tenant, input)) as unknown as Data)['subscription']?.[
    'id'
  ] as string;
  expect(await plans.cancelSubscription(tenant, { subscriptionId: id, when: 'PERIOD_END' })).toMatchObject({
    subscription: { status: 'CANCELLING', cancelAt: '2024-02-29T00:00:00.000Z' },
  });
  await setTestClock(plans.platform, tenant.id, '2024-05-01T00:00:00.000Z');
  await waitFor('the end', async () => (await plans.read(tenant, id)).status === 'ENDED');
  expect((await plans.closesOf(tenant)).flatMap(({ closes }) => closes)).toMatchObject([
    { number: 1, current: null, over: 'ended' },
  ]);
  expect(await plans.cancelSubscription(tenant, { subscriptionId: newId('sub'), when: 'NOW' })).toMatchObject(
    {
      __typename: 'UnknownSubscription',
    },
  );
});

test('500 subscriptions close in a few messages, and late or repeated timers close nothing twice', async () => {
  const tenant = await plans.sandbox();
  const customers = await plans.addCustomers(tenant, BATCH_SUBSCRIPTIONS);
  const planId = await plans.aPlan(tenant);
  const WIDTH = 20;
  for (let from = 0; from < customers.length; from += WIDTH) {
    await Promise.all(
      customers
        .slice(from, from + WIDTH)
        .map((customerId) => plans.createSubscription(tenant, { customerId, planId })),
    );
  }
  const due = await plans.dueTimers(tenant);
  expect(due).toHaveLength(BATCH_SUBSCRIPTIONS);
  await setTestClock(plans.platform, tenant.id, '2024-03-01T00:00:00.000Z');
  const closes = async () =>
    (await plans.closesOf(tenant)).map((one) => [one.key, one.closes.length] as const);
  const told = await waitFor('the close', async () => {
    const found = await closes();
    return found.length > 0 && found;
  });
  expect(told.reduce((sum, [, count]) => sum + count, 0)).toBe(BATCH_SUBSCRIPTIONS);
  // One message for each key: what closes again and again keeps its order.
  expect(new Set(told.map(([key]) => key)).size).toBe(told.length);
  expect(told.length).toBeLessThanOrEqual(CLOSE_KEYS);
  await plans.platform.db.tenant(tenant.scope, async (tx) => timers['period_end']?.(tx, [...due, ...due]));
  expect(await closes()).toEqual(told);
  expect(await plans.drift(tenant)).toEqual([]);
});

test('one timer twice in a batch closes once', async () => {
  const tenant = await plans.sandbox();
  await plans.createSubscription(tenant, {
    customerId: await plans.addCustomer(tenant),
    planId: await plans.aPlan(tenant),
  });
  const [due] = await plans.dueTimers(tenant);
  await plans.platform.db.tenant(tenant.scope, async (tx) => timers['period_end']?.(tx, [due!, due!]));
  expect((await plans.closesOf(tenant)).flatMap(({ closes }) => closes)).toHaveLength(1);
});

test('the rows are what the streams say, and a row that was tampered with is found', async () => {
  const tenant = await plans.sandbox();
  const [first, second, third] = await plans.addCustomers(tenant, 3);
  const planId = await plans.aPlan(tenant);
  const make = async (customerId: unknown, startsOn: string) =>
    ((await plans.createSubscription(tenant, { customerId, planId, startsOn })) as unknown as Data)[
      'subscription'
    ]?.['id'] as string;
  const [open, cancelled, scheduled] = [
    await make(first, '2023-12-01'),
    await make(second, '2024-01-01'),
    await make(third, '2024-03-01'),
  ];
  await plans.atPeriod(tenant, open, 1);
  await plans.cancelSubscription(tenant, { subscriptionId: cancelled, when: 'NOW' });
  await plans.cancelSubscription(tenant, { subscriptionId: scheduled, when: 'NOW' });
  expect(await plans.drift(tenant)).toEqual([]);
  await plans.tamper(
    tenant,
    `UPDATE {t}.plans_subscription SET period_to = period_to + interval '1 day' WHERE id = $1`,
    open,
  );
  await plans.tamper(tenant, 'DELETE FROM {t}.plans_subscription WHERE id = $1', cancelled);
  expect(await plans.drift(tenant)).toEqual([open, cancelled].sort());
});

test('a cancellation that meets a late timer closes the overdue periods first, each once', async () => {
  const tenant = await plans.sandbox();
  const input = { customerId: await plans.addCustomer(tenant), planId: await plans.aPlan(tenant) };
  const id = ((await plans.createSubscription(tenant, input)) as unknown as Data)['subscription']?.[
    'id'
  ] as string;
  await setTestClock(plans.platform, tenant.id, '2024-04-10T00:00:00.000Z');
  await plans.cancelSubscription(tenant, { subscriptionId: id, when: 'NOW' });
  await waitFor('the left-over timer to go', async () => (await plans.timersOf(tenant)) === 0);
  const bills = (await plans.closesOf(tenant)).flatMap(({ closes }) => closes);
  expect(bills.map(({ number, closes }) => [number, closes.to])).toEqual([
    [1, '2024-02-29T00:00:00.000Z'],
    [2, '2024-03-31T00:00:00.000Z'],
    [3, '2024-04-10T00:00:00.000Z'],
  ]);
  expect(await plans.drift(tenant)).toEqual([]);
});
