import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscriptionPeriodEnded } from '@tollgate/contracts/plans/subscription';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { meterCreated } from '@tollgate/contracts/usage/meter';
import type { Envelope } from '@tollgate/contracts/envelope';
import { decode } from '@tollgate/contracts/event';
import { instant } from '@tollgate/kernel/time/time';
import { signIdentity, type Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import {
  createTestPlatform,
  createTestTenant,
  setTestClock,
  TEST_IDENTITY_SECRET,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { timers } from '../src/subscription/handlers.js';
import { create } from '../src/main.js';
import { driftedRows } from '../src/subscription/store.js';

const JANUARY_31 = '2024-01-31T12:00:00.000Z';
const BATCH_SUBSCRIPTIONS = 500;

let platform: TestPlatform;
let plans: RunningSubgraph;

beforeAll(async () => {
  platform = await createTestPlatform();
  plans = await startSubgraph(platform, await create(platform, {}));
});
afterAll(async () => {
  await plans.stop();
  await platform.destroy();
});

type Data = Record<string, Record<string, unknown>>;

const ask = async (identity: Identity, query: string, variables: Record<string, unknown> = {}) => {
  const headers = { 'x-tollgate-identity': signIdentity(identity, TEST_IDENTITY_SECRET) };
  return plans.endpoint.execute({ query, variables, headers });
};
const backend = (tenant: TestTenant): Identity => ({ kind: 'tenant', tenant: tenant.id, actor: 'key_test' });
const portal = (tenant: TestTenant, customer: string): Identity => ({
  kind: 'customer',
  tenant: tenant.id,
  customer,
  actor: customer,
});

/** Runs a mutation and gives its union's value. */
const command = async (tenant: TestTenant, name: string, fields: string, input: object) => {
  const type = `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}Input!`;
  const query = `mutation M($input: ${type}) { ${name}(input: $input) {
    __typename ... on Rejection { message } ${fields} } }`;
  const { data, errors } = await ask(backend(tenant), query, { input });
  expect(errors).toBeUndefined();
  return (data as Data)[name] as { readonly __typename: string } & Record<string, never>;
};

const SUBSCRIPTION = `id status startsOn cancelAt endedAt timeZone currentPeriod { index from to }`;
const createSubscription = (tenant: TestTenant, input: object) =>
  command(
    tenant,
    'createSubscription',
    `... on SubscriptionCreated { subscription { ${SUBSCRIPTION} customer { id } plan { code } planVersion { number } } }
     ... on MeterAlreadyPriced { meterId subscriptionId } ... on CurrencyNotPriced { currency }
     ... on UnknownCustomer { customerId } ... on UnknownPlan { planId } ... on InvalidInput { field }`,
    input,
  );
const cancelSubscription = (tenant: TestTenant, input: object) =>
  command(
    tenant,
    'cancelSubscription',
    `... on SubscriptionCancelled { subscription { ${SUBSCRIPTION} } }`,
    input,
  );
const createPlan = (tenant: TestTenant, input: object) =>
  command(
    tenant,
    'createPlan',
    `... on PlanCreated { plan { id code interval intervalCount product { id name } version {
       id number prices { currency kind description amount unitAmount includedUnits meter { id }
         tiers { upTo unitAmount flatAmount } } entitlements { feature enabled limit meter { id } } } } }
     ... on InvalidInput { field } ... on PlanCodeTaken { code } ... on UnknownMeter { meterId }
     ... on UnknownProduct { productId }`,
    input,
  );

const sandbox = (nowAt = JANUARY_31) => createTestTenant(platform, { nowAt });

const addCustomers = async (tenant: TestTenant, count: number, changes: object = {}) => {
  const ids = Array.from({ length: count }, () => newId('cus'));
  await platform.db.tenant(tenant.scope, async (tx) => {
    const at = await tx.now();
    const messages = ids.map((customerId) =>
      outgoing(customerChanged, customerId, at, {
        customerId,
        revision: 1,
        name: 'Ada',
        email: null,
        country: 'US',
        timeZone: 'UTC',
        currency: 'USD',
        taxId: null,
        address: null,
        createdOn: '2024-01-01',
        ...changes,
      }),
    );
    await publish(tx, messages);
  });
  return ids;
};
const addCustomer = async (tenant: TestTenant, changes: object = {}) =>
  (await addCustomers(tenant, 1, changes))[0] ?? '';
const addMeter = async (tenant: TestTenant, code: string) => {
  const meterId = newId('mtr');
  await platform.db.tenant(tenant.scope, async (tx) =>
    publish(tx, [
      outgoing(meterCreated, meterId, await tx.now(), {
        meterId,
        code,
        name: code,
        eventType: 'completion',
        aggregation: 'sum',
        property: code,
        filters: [],
        rounding: null,
      }),
    ]),
  );
  return meterId;
};
const FEE = { currency: 'USD', kind: 'FLAT', amount: '20.00' };
const aPlan = async (tenant: TestTenant, changes: object = {}): Promise<string> => {
  const code = newId('pln');
  const answer = await createPlan(tenant, {
    name: 'Pro',
    code,
    interval: 'MONTH',
    prices: [FEE],
    ...changes,
  });
  return (answer as unknown as Data)['plan']?.['id'] as string;
};

/** Everything the tenant published of one type, in order. */
const published = async (tenant: TestTenant, type: string): Promise<Envelope[]> => {
  const rows = await platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>('SELECT envelope FROM {s}.outbox WHERE tenant_id = $1 ORDER BY xid, id', [
      tenant.id,
    ]),
  );
  return rows.map(({ envelope }) => JSON.parse(envelope) as Envelope).filter((one) => one.type === type);
};
const closesOf = async (tenant: TestTenant) =>
  (await published(tenant, 'subscription.period_ended')).map((one) => decode(subscriptionPeriodEnded, one));
const read = async (tenant: TestTenant, id: string) => {
  const query = `query($id: ID!) { subscription(id: $id) { ${SUBSCRIPTION} } }`;
  const { data } = await ask(backend(tenant), query, { id });
  return (data as Data)['subscription'] as { status: string; currentPeriod: { index: number } | null };
};
const atPeriod = (tenant: TestTenant, id: string, index: number) =>
  waitFor(`period ${index}`, async () => {
    const subscription = await read(tenant, id);
    return subscription.currentPeriod?.index === index && subscription;
  });
const drift = (tenant: TestTenant) => platform.db.tenant(tenant.scope, driftedRows);

test('a plan with every kind of price is made at once, with meters that became known a moment ago', async () => {
  const tenant = await sandbox();
  const [input, output] = [await addMeter(tenant, 'input_tokens'), await addMeter(tenant, 'output_tokens')];
  const answer = await createPlan(tenant, {
    name: 'LLM API',
    code: 'llm-api',
    interval: 'MONTH',
    prices: [
      FEE,
      {
        currency: 'USD',
        kind: 'PER_UNIT',
        meterId: input,
        unitAmount: '0.0000015',
        includedUnits: '1000000',
      },
      {
        currency: 'USD',
        kind: 'GRADUATED',
        meterId: output,
        tiers: [{ upTo: '20000', unitAmount: '0.00001' }, { unitAmount: '0.000006' }],
      },
    ],
    entitlements: [
      { feature: 'sso', enabled: true },
      { feature: 'tokens', meterId: input, limit: '5000000' },
    ],
  });
  expect(answer).toMatchObject({
    __typename: 'PlanCreated',
    plan: {
      code: 'llm-api',
      interval: 'MONTH',
      intervalCount: 1,
      product: { name: 'LLM API' },
      version: {
        number: 1,
        prices: [
          { kind: 'FLAT', amount: '20', meter: null, tiers: null },
          { kind: 'PER_UNIT', unitAmount: '0.0000015', includedUnits: '1000000', meter: { id: input } },
          {
            kind: 'GRADUATED',
            tiers: [
              { upTo: '20000', unitAmount: '0.00001', flatAmount: '0' },
              { upTo: null, unitAmount: '0.000006', flatAmount: '0' },
            ],
          },
        ],
        entitlements: [
          { feature: 'sso', enabled: true, limit: null },
          { feature: 'tokens', enabled: null, limit: '5000000', meter: { id: input } },
        ],
      },
    },
  });
  expect(
    await createPlan(tenant, { name: 'B', code: 'llm-api', interval: 'YEAR', prices: [FEE] }),
  ).toMatchObject({
    __typename: 'PlanCodeTaken',
    code: 'llm-api',
  });
});

test('a plan that makes no sense is refused with the path of the field', async () => {
  const tenant = await sandbox();
  const base = { name: 'P', code: 'p', interval: 'MONTH' };
  const prices = [{ ...FEE, currency: 'XXX' }];
  expect(await createPlan(tenant, { ...base, prices })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'prices[0].currency',
  });
  const meterId = newId('mtr');
  const unknown = [{ currency: 'USD', kind: 'PER_UNIT', meterId, unitAmount: '1' }];
  expect(await createPlan(tenant, { ...base, prices: unknown })).toMatchObject({
    __typename: 'UnknownMeter',
    meterId,
  });
  const productId = newId('prd');
  expect(await createPlan(tenant, { ...base, prices: [FEE], productId })).toMatchObject({
    __typename: 'UnknownProduct',
    productId,
  });
});

test('existing subscriptions keep their version; new ones get the current', async () => {
  const tenant = await sandbox();
  const [first, second] = await addCustomers(tenant, 2);
  const planId = await aPlan(tenant);
  const before = await createSubscription(tenant, { customerId: first, planId });
  const next = await command(
    tenant,
    'publishPlanVersion',
    '... on PlanVersionPublished { plan { interval versions { number } } version { number } }',
    { planId, prices: [{ ...FEE, amount: '30' }], intervalCount: 3 },
  );
  expect(next).toMatchObject({
    plan: { interval: 'MONTH', versions: [{ number: 1 }, { number: 2 }] },
    version: { number: 2 },
  });
  const after = await createSubscription(tenant, { customerId: second, planId });
  expect(before).toMatchObject({ subscription: { planVersion: { number: 1 } } });
  expect(after).toMatchObject({
    subscription: { planVersion: { number: 2 }, currentPeriod: { to: '2024-04-30T00:00:00.000Z' } },
  });
});

test('periods end on the test clock, clamp to month ends, and are told in order', async () => {
  const tenant = await sandbox();
  const [customerId, planId] = [await addCustomer(tenant), await aPlan(tenant)];
  const answer = await createSubscription(tenant, { customerId, planId });
  expect(answer).toMatchObject({
    subscription: {
      status: 'ACTIVE',
      startsOn: '2024-01-31',
      currentPeriod: { index: 0, from: '2024-01-31T00:00:00.000Z', to: '2024-02-29T00:00:00.000Z' },
    },
  });
  const id = (answer as unknown as Data)['subscription']?.['id'] as string;
  await setTestClock(platform, tenant.id, '2024-04-15T00:00:00.000Z');
  expect(await atPeriod(tenant, id, 2)).toMatchObject({
    currentPeriod: { from: '2024-03-31T00:00:00.000Z', to: '2024-04-30T00:00:00.000Z' },
  });
  const closes = await closesOf(tenant);
  expect(
    closes.map(({ occurredAt, key, data }) => [occurredAt, key, data.closes.map(({ index }) => index)]),
  ).toEqual([
    ['2024-02-29T00:00:00.000Z', `${tenant.id}:close:2024-02-29T00:00:00.000Z`, [0]],
    ['2024-03-31T00:00:00.000Z', `${tenant.id}:close:2024-03-31T00:00:00.000Z`, [1]],
  ]);
  expect(closes[0]?.data.closes[0]).toMatchObject({
    terms: { subscriptionId: id, customerId, currency: 'USD', timeZone: 'UTC', prices: [{ meterId: null }] },
    next: { from: '2024-02-29T00:00:00.000Z', to: '2024-03-31T00:00:00.000Z' },
  });
  expect(await published(tenant, 'subscription.started')).toHaveLength(1);
  expect(await published(tenant, 'subscription.period_started')).toHaveLength(2);
});

test('periods that were over at the start close at once, in order', async () => {
  const tenant = await sandbox();
  const customerId = await addCustomer(tenant, { timeZone: 'Europe/Berlin' });
  const input = { customerId, planId: await aPlan(tenant), startsOn: '2023-10-15' };
  const id = ((await createSubscription(tenant, input)) as unknown as Data)['subscription']?.['id'] as string;
  await atPeriod(tenant, id, 3);
  const ends = (await closesOf(tenant)).map(({ data }) => data.closes[0]?.period.to);
  expect(ends).toEqual(['2023-11-14T23:00:00.000Z', '2023-12-14T23:00:00.000Z', '2024-01-14T23:00:00.000Z']);
});

test('a later start waits for its day', async () => {
  const tenant = await sandbox();
  const input = {
    customerId: await addCustomer(tenant),
    planId: await aPlan(tenant),
    startsOn: '2024-02-10',
  };
  const answer = await createSubscription(tenant, input);
  expect(answer).toMatchObject({ subscription: { status: 'SCHEDULED', currentPeriod: null } });
  expect(await published(tenant, 'subscription.started')).toEqual([]);
  await setTestClock(platform, tenant.id, '2024-02-10T00:00:00.000Z');
  const id = (answer as unknown as Data)['subscription']?.['id'] as string;
  expect(await atPeriod(tenant, id, 0)).toMatchObject({ status: 'ACTIVE' });
  expect(await published(tenant, 'subscription.started')).toHaveLength(1);
});

test('cancelling now closes the period up to now, with no next, and is told', async () => {
  const tenant = await sandbox();
  const input = { customerId: await addCustomer(tenant), planId: await aPlan(tenant) };
  const id = ((await createSubscription(tenant, input)) as unknown as Data)['subscription']?.['id'];
  await setTestClock(platform, tenant.id, '2024-02-05T10:00:00.000Z');
  expect(await cancelSubscription(tenant, { subscriptionId: id, when: 'NOW' })).toMatchObject({
    subscription: { status: 'ENDED', endedAt: '2024-02-05T10:00:00.000Z', currentPeriod: null },
  });
  const [close] = await closesOf(tenant);
  expect(close?.data.closes).toMatchObject([
    { period: { from: '2024-01-31T00:00:00.000Z', to: '2024-02-05T10:00:00.000Z' }, next: null },
  ]);
  expect(await published(tenant, 'subscription.ended')).toMatchObject([
    { data: { subscriptionId: id, endsAt: '2024-02-05T10:00:00.000Z' } },
  ]);
  expect(await cancelSubscription(tenant, { subscriptionId: id, when: 'NOW' })).toMatchObject({
    __typename: 'AlreadyEnded',
  });
  await setTestClock(platform, tenant.id, '2024-06-01T00:00:00.000Z');
  await waitFor('the left-over timer to go', async () => (await timersOf(tenant)) === 0);
  expect(await closesOf(tenant)).toHaveLength(1);
});

test('cancelling at period end runs the period out', async () => {
  const tenant = await sandbox();
  const input = { customerId: await addCustomer(tenant), planId: await aPlan(tenant) };
  const id = ((await createSubscription(tenant, input)) as unknown as Data)['subscription']?.['id'] as string;
  expect(await cancelSubscription(tenant, { subscriptionId: id, when: 'PERIOD_END' })).toMatchObject({
    subscription: { status: 'CANCELLING', cancelAt: '2024-02-29T00:00:00.000Z' },
  });
  await setTestClock(platform, tenant.id, '2024-05-01T00:00:00.000Z');
  await waitFor('the end', async () => (await read(tenant, id)).status === 'ENDED');
  expect((await closesOf(tenant)).flatMap(({ data }) => data.closes)).toMatchObject([
    { index: 0, next: null },
  ]);
  expect(await cancelSubscription(tenant, { subscriptionId: newId('sub'), when: 'NOW' })).toMatchObject({
    __typename: 'UnknownSubscription',
  });
});

test('two subscriptions never bill one meter of a customer, however close they come', async () => {
  const tenant = await sandbox();
  const [customerId, meterId] = [await addCustomer(tenant), await addMeter(tenant, 'tokens')];
  const prices = [{ currency: 'USD', kind: 'PER_UNIT', meterId, unitAmount: '1' }];
  const planIds = [await aPlan(tenant, { prices }), await aPlan(tenant, { prices })];
  const answers = await Promise.all(
    planIds.map((planId) => createSubscription(tenant, { customerId, planId })),
  );
  expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
    'MeterAlreadyPriced',
    'SubscriptionCreated',
  ]);
  expect(answers.find(({ __typename }) => __typename === 'MeterAlreadyPriced')).toMatchObject({ meterId });
});

test('what cannot be subscribed to is refused by name', async () => {
  const tenant = await sandbox();
  const [customerId, planId] = [await addCustomer(tenant, { currency: 'EUR' }), await aPlan(tenant)];
  expect(await createSubscription(tenant, { customerId, planId })).toMatchObject({
    __typename: 'CurrencyNotPriced',
    currency: 'EUR',
  });
  expect(await createSubscription(tenant, { customerId, planId, currency: 'XXX' })).toMatchObject({
    field: 'currency',
  });
  const planVersionId = newId('plv');
  expect(await createSubscription(tenant, { customerId, planId, planVersionId })).toMatchObject({
    field: 'planVersionId',
  });
  expect(await createSubscription(tenant, { customerId, planId: newId('pln') })).toMatchObject({
    __typename: 'UnknownPlan',
  });
  expect(await createSubscription(tenant, { customerId: newId('cus'), planId })).toMatchObject({
    __typename: 'UnknownCustomer',
  });
});

test('a command with a key is carried out once; with another body it conflicts', async () => {
  const tenant = await sandbox();
  const [customerId, planId] = [await addCustomer(tenant), await aPlan(tenant)];
  const input = { customerId, planId, idempotencyKey: 'k1' };
  const [first, again] = await Promise.all([
    createSubscription(tenant, input),
    createSubscription(tenant, input),
  ]);
  expect(again).toEqual(first);
  const other = { ...input, startsOn: '2024-02-01' };
  expect(await createSubscription(tenant, other)).toMatchObject({ __typename: 'IdempotencyConflict' });
  const { data } = await ask(backend(tenant), '{ subscriptions { nodes { id } } }');
  expect(data).toMatchObject({ subscriptions: { nodes: [{}] } });
});

test('an older revision of a customer never overwrites a newer one', async () => {
  const tenant = await sandbox();
  const customerId = newId('cus');
  const record = { customerId, name: 'Ada', email: null, country: 'US', taxId: null, address: null };
  const revision = (number: number, timeZone: string) => ({
    ...record,
    revision: number,
    timeZone,
    currency: 'USD',
    createdOn: '2024-01-01',
  });
  for (const data of [revision(2, 'Asia/Tokyo'), revision(1, 'UTC')]) {
    await platform.db.tenant(tenant.scope, (tx) =>
      publish(tx, [outgoing(customerChanged, customerId, instant(JANUARY_31), data)]),
    );
  }
  const planId = await aPlan(tenant);
  // The outbox is consumed in order: once this customer is known, both records above have been seen.
  await createSubscription(tenant, { customerId: await addCustomer(tenant), planId });
  const answer = await createSubscription(tenant, { customerId, planId });
  expect(answer).toMatchObject({ subscription: { timeZone: 'Asia/Tokyo' } });
});

test('500 subscriptions close in one message, and late or repeated timers close nothing twice', async () => {
  const tenant = await sandbox();
  const customers = await addCustomers(tenant, BATCH_SUBSCRIPTIONS);
  const planId = await aPlan(tenant);
  const WIDTH = 20;
  for (let from = 0; from < customers.length; from += WIDTH) {
    await Promise.all(
      customers
        .slice(from, from + WIDTH)
        .map((customerId) => createSubscription(tenant, { customerId, planId })),
    );
  }
  const due = await dueTimers(tenant);
  expect(due).toHaveLength(BATCH_SUBSCRIPTIONS);
  await setTestClock(platform, tenant.id, '2024-03-01T00:00:00.000Z');
  const closes = await waitFor('the close', async () => {
    const found = await closesOf(tenant);
    return found.length > 0 && found;
  });
  expect(closes.map(({ data }) => data.closes.length)).toEqual([BATCH_SUBSCRIPTIONS]);
  await platform.db.tenant(tenant.scope, async (tx) => timers['period_end']?.(tx, [...due, ...due]));
  expect(await closesOf(tenant)).toHaveLength(1);
  expect(await drift(tenant)).toEqual([]);
});

test('one timer twice in a batch closes once', async () => {
  const tenant = await sandbox();
  await createSubscription(tenant, { customerId: await addCustomer(tenant), planId: await aPlan(tenant) });
  const [due] = await dueTimers(tenant);
  await platform.db.tenant(tenant.scope, async (tx) => timers['period_end']?.(tx, [due!, due!]));
  expect((await closesOf(tenant)).flatMap(({ data }) => data.closes)).toHaveLength(1);
});

test('the rows are what the streams say, and a row that was tampered with is found', async () => {
  const tenant = await sandbox();
  const [first, second, third] = await addCustomers(tenant, 3);
  const planId = await aPlan(tenant);
  const make = async (customerId: unknown, startsOn: string) =>
    ((await createSubscription(tenant, { customerId, planId, startsOn })) as unknown as Data)[
      'subscription'
    ]?.['id'] as string;
  const [open, cancelled, scheduled] = [
    await make(first, '2023-12-01'),
    await make(second, '2024-01-01'),
    await make(third, '2024-03-01'),
  ];
  await atPeriod(tenant, open, 1);
  await cancelSubscription(tenant, { subscriptionId: cancelled, when: 'NOW' });
  await cancelSubscription(tenant, { subscriptionId: scheduled, when: 'NOW' });
  expect(await drift(tenant)).toEqual([]);
  await tamper(
    tenant,
    `UPDATE {t}.plans_subscription SET period_to = period_to + interval '1 day' WHERE id = $1`,
    open,
  );
  await tamper(tenant, 'DELETE FROM {t}.plans_subscription WHERE id = $1', cancelled);
  expect(await drift(tenant)).toEqual([open, cancelled].sort());
});

test('a tenant sees nothing of another', async () => {
  const [mine, theirs] = [await sandbox(), await sandbox()];
  const planId = await aPlan(theirs);
  const customerId = await addCustomer(theirs);
  const answer = await createSubscription(theirs, { customerId, planId });
  const id = (answer as unknown as Data)['subscription']?.['id'];
  const query = `query($planId: ID!, $id: ID!, $customerId: ID!, $refs: [_Any!]!) {
    plan(id: $planId) { id } subscription(id: $id) { id } plans { nodes { id } }
    subscriptions(customerId: $customerId) { nodes { id } } _entities(representations: $refs) { __typename } }`;
  const refs = [
    { __typename: 'Plan', id: planId },
    { __typename: 'PlanSubscription', id },
  ];
  const { data } = await ask(backend(mine), query, { planId, id, customerId, refs });
  expect(data).toEqual({
    plan: null,
    subscription: null,
    plans: { nodes: [] },
    subscriptions: { nodes: [] },
    _entities: [null, null],
  });
  expect(await cancelSubscription(mine, { subscriptionId: id, when: 'NOW' })).toMatchObject({
    __typename: 'UnknownSubscription',
  });
});

test('a portal token sees its own subscriptions and plans, and changes nothing', async () => {
  const tenant = await sandbox();
  const [own, other] = await addCustomers(tenant, 2);
  const [planId, otherPlanId] = [await aPlan(tenant), await aPlan(tenant)];
  await createSubscription(tenant, { customerId: own, planId });
  const answer = await createSubscription(tenant, { customerId: other, planId: otherPlanId });
  const foreign = (answer as unknown as Data)['subscription']?.['id'];
  const query = `query($foreign: ID!, $other: ID!, $refs: [_Any!]!) {
    plans { nodes { id } } subscription(id: $foreign) { id } subscriptions { nodes { customer { id } plan { id } } }
    others: subscriptions(customerId: $other) { nodes { id } }
    _entities(representations: $refs) { ... on Customer { id subscriptions { plan { id } } } } }`;
  const refs = [own, other].map((id) => ({ __typename: 'Customer', id }));
  const seen = await ask(portal(tenant, own ?? ''), query, { foreign, other, refs });
  expect(seen.data).toEqual({
    plans: { nodes: [{ id: planId }] },
    subscription: null,
    subscriptions: { nodes: [{ customer: { id: own }, plan: { id: planId } }] },
    others: { nodes: [] },
    _entities: [{ id: own, subscriptions: [{ plan: { id: planId } }] }, null],
  });
  const mutation = `mutation($id: ID!) { cancelSubscription(input: { subscriptionId: $id, when: NOW }) { __typename } }`;
  const refused = await ask(portal(tenant, own ?? ''), mutation, { id: foreign });
  expect(refused.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('staff change a tenant only with a reason, and it is kept', async () => {
  const tenant = await sandbox();
  const staff = { kind: 'staff', actor: 'grace', roles: ['support'], tenant: tenant.id } as const;
  const mutation = `mutation { createProduct(input: { name: "P" }) { __typename } }`;
  expect((await ask(staff, mutation)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  const reason = 'the customer asked on the phone';
  expect((await ask({ ...staff, reason }, mutation)).errors).toBeUndefined();
  const audited = await platform.db.tenant(tenant.scope, (tx) =>
    tx.query('SELECT actor, command, outcome, reason FROM {t}.audit'),
  );
  expect(audited).toEqual([{ actor: 'grace', command: 'createProduct', outcome: 'ProductCreated', reason }]);
});

test('a cancellation that meets a late timer closes the overdue periods first, each once', async () => {
  const tenant = await sandbox();
  const input = { customerId: await addCustomer(tenant), planId: await aPlan(tenant) };
  const id = ((await createSubscription(tenant, input)) as unknown as Data)['subscription']?.['id'] as string;
  await setTestClock(platform, tenant.id, '2024-04-10T00:00:00.000Z');
  await cancelSubscription(tenant, { subscriptionId: id, when: 'NOW' });
  await waitFor('the left-over timer to go', async () => (await timersOf(tenant)) === 0);
  const closes = (await closesOf(tenant)).flatMap(({ data }) => data.closes);
  expect(closes.map(({ index, period }) => [index, period.to])).toEqual([
    [0, '2024-02-29T00:00:00.000Z'],
    [1, '2024-03-31T00:00:00.000Z'],
    [2, '2024-04-10T00:00:00.000Z'],
  ]);
  expect(await drift(tenant)).toEqual([]);
});

test('pages follow each other without gap', async () => {
  const tenant = await sandbox();
  for (const name of ['A', 'B', 'C'])
    await command(tenant, 'createProduct', '... on ProductCreated { product { id } }', { name });
  const query = `query($after: String) {
    products(first: 2, after: $after) { nodes { name } pageInfo { hasNextPage endCursor } } }`;
  const first = (await ask(backend(tenant), query)).data as Data;
  expect(first).toMatchObject({
    products: { nodes: [{ name: 'A' }, { name: 'B' }], pageInfo: { hasNextPage: true } },
  });
  const { endCursor } = first['products']?.['pageInfo'] as { endCursor: string };
  expect((await ask(backend(tenant), query, { after: endCursor })).data).toMatchObject({
    products: { nodes: [{ name: 'C' }], pageInfo: { hasNextPage: false } },
  });
});

const timersOf = async (tenant: TestTenant): Promise<number> =>
  (
    await platform.db.shard('main', (tx) =>
      tx.query('SELECT 1 FROM {s}.timer WHERE tenant_id = $1', [tenant.id]),
    )
  ).length;

const dueTimers = async (tenant: TestTenant) =>
  (
    await platform.db.shard('main', (tx) =>
      tx.query<{ key: string; due_at: never; payload: unknown }>(
        'SELECT key, due_at, payload FROM {s}.timer WHERE tenant_id = $1 ORDER BY key',
        [tenant.id],
      ),
    )
  ).map(({ key, due_at, payload }) => ({ key, dueAt: due_at, payload }));

const tamper = (tenant: TestTenant, sql: string, id: string) =>
  platform.db.tenant(tenant.scope, (tx) => tx.query(sql, [id]));
