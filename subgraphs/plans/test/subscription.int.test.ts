import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { instant } from '@tollgate/kernel/time/time';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend } from '@tollgate/testing/callers';
import { FEE, JANUARY_31, startPlans, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

test('two subscriptions never bill one meter of a customer, however close they come', async () => {
  const tenant = await plans.sandbox();
  const [customerId, meterId] = [await plans.addCustomer(tenant), await plans.addMeter(tenant, 'tokens')];
  const prices = [{ key: 'use', currency: 'USD', meterId, price: { perUnit: { unitAmount: '1' } } }];
  const planIds = [await plans.aPlan(tenant, { prices }), await plans.aPlan(tenant, { prices })];
  const answers = await Promise.all(
    planIds.map((planId) => plans.createSubscription(tenant, { customerId, planId })),
  );
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
    'MeterAlreadyPriced',
    'SubscriptionCreated',
  ]);
  expect(answers.find(({ __typename }) => __typename === 'MeterAlreadyPriced')).toMatchObject({ meterId });
});

test('several subscriptions of a customer bill a meter whose events name theirs', async () => {
  const tenant = await plans.sandbox();
  const customerId = await plans.addCustomer(tenant);
  const meterId = await plans.addMeter(tenant, 'rides', { subscriptionProperty: 'bike' });
  const prices = [{ key: 'use', currency: 'USD', meterId, price: { perUnit: { unitAmount: '1' } } }];
  const planId = await plans.aPlan(tenant, { prices });
  for (const _ of [1, 2, 3])
    expect(await plans.createSubscription(tenant, { customerId, planId })).toMatchObject({
      __typename: 'SubscriptionCreated',
    });
});

test('what cannot be subscribed to is refused by name', async () => {
  const tenant = await plans.sandbox();
  const [customerId, planId] = [
    await plans.addCustomer(tenant, { currency: 'EUR' }),
    await plans.aPlan(tenant),
  ];
  expect(await plans.createSubscription(tenant, { customerId, planId })).toMatchObject({
    __typename: 'CurrencyNotPriced',
    currency: 'EUR',
  });
  const planVersionId = newId('plv');
  expect(await plans.createSubscription(tenant, { customerId, planId, planVersionId })).toMatchObject({
    field: 'input.planVersionId',
  });
  expect(await plans.createSubscription(tenant, { customerId, planId: newId('pln') })).toMatchObject({
    __typename: 'UnknownPlan',
  });
  expect(await plans.createSubscription(tenant, { customerId: newId('cus'), planId })).toMatchObject({
    __typename: 'UnknownCustomer',
  });
});

test('a command with a key is carried out once; with another body it conflicts', async () => {
  const tenant = await plans.sandbox();
  const [customerId, planId] = [await plans.addCustomer(tenant), await plans.aPlan(tenant)];
  const input = { customerId, planId, idempotencyKey: 'k1' };
  const [first, again] = await Promise.all([
    plans.createSubscription(tenant, input),
    plans.createSubscription(tenant, input),
  ]);
  expect(again).toEqual(first);
  const other = { ...input, startsOn: '2024-02-01' };
  expect(await plans.createSubscription(tenant, other)).toMatchObject({ __typename: 'IdempotencyConflict' });
  const { data } = await plans.answer(backend(tenant), '{ subscriptions { nodes { id } } }');
  expect(data).toMatchObject({ subscriptions: { nodes: [{}] } });
});

test('an older revision of a customer never overwrites a newer one', async () => {
  const tenant = await plans.sandbox();
  const customerId = newId('cus');
  const record = { customerId, name: 'Ada', email: null, country: 'US', taxId: null, address: null };
  const revision = (number: number, timeZone: string) => ({
    ...record,
    revision: number,
    timeZone,
    currency: 'USD',
    externalId: null,
    createdOn: '2024-01-01',
  });
  for (const data of [revision(2, 'Asia/Tokyo'), revision(1, 'UTC')]) {
    await plans.platform.db.tenant(tenant.scope, (tx) =>
      publish(tx, [
        outgoing(customerChanged, { aggregate: customerId, occurredAt: instant(JANUARY_31), data }),
      ]),
    );
  }
  const planId = await plans.aPlan(tenant);
  // The outbox is consumed in order: once this customer is known, both records above have been seen.
  await plans.createSubscription(tenant, { customerId: await plans.addCustomer(tenant), planId });
  const answer = await plans.createSubscription(tenant, { customerId, planId });
  expect(answer).toMatchObject({ subscription: { timeZone: 'Asia/Tokyo' } });
});

test('a subscription says its quantity and the tenant’s own id and notes of it; the id is unique', async () => {
  const tenant = await plans.sandbox();
  const [first, second] = await plans.addCustomers(tenant, 2);
  const planId = await plans.aPlan(tenant, {
    prices: [{ ...FEE, price: { perUnit: { unitAmount: '9' } } }],
  });
  const input = {
    customerId: first,
    planId,
    quantity: '2.50',
    externalId: 'acme-main',
    metadata: { crm: '1' },
  };
  const made = await plans.createSubscription(tenant, input);
  expect(made).toMatchObject({
    subscription: { quantity: '2.5', externalId: 'acme-main', metadata: { crm: '1' }, createdAt: JANUARY_31 },
  });
  // The answer is made without reading what was written; it is the same.
  const { subscription } = made as unknown as { subscription: { id: string } };
  expect(subscription).toMatchObject(await plans.read(tenant, subscription.id));
  expect(await plans.createSubscription(tenant, { ...input, customerId: second })).toMatchObject({
    __typename: 'ExternalIdTaken',
    externalId: 'acme-main',
  });
  expect(await plans.createSubscription(tenant, { ...input, externalId: 'b', quantity: '-1' })).toMatchObject(
    {
      field: 'input.quantity',
    },
  );
  expect(await plans.createSubscription(tenant, { ...input, externalId: 'no\u200bgood' })).toMatchObject({
    field: 'input.externalId',
  });
  const plain = await plans.createSubscription(tenant, { customerId: second, planId });
  expect(plain).toMatchObject({ subscription: { quantity: '1', externalId: null, metadata: {} } });
  expect((await plans.billsOf(tenant)).flatMap(({ data }) => data.bills)).toMatchObject([
    { number: 0, terms: { quantity: '2.5', planId, since: 0, inline: null } },
    { number: 0, terms: { quantity: '1' } },
  ]);
});

test('two subscriptions never have one external id, however close they come', async () => {
  const tenant = await plans.sandbox();
  const customers = await plans.addCustomers(tenant, 2);
  const planId = await plans.aPlan(tenant);
  const answers = await Promise.all(
    customers.map((customerId) => plans.createSubscription(tenant, { customerId, planId, externalId: 'x' })),
  );
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
    'ExternalIdTaken',
    'SubscriptionCreated',
  ]);
});
