import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Entitlement } from '@tollgate/contracts/plans/entitlement';
import {
  subscriptionEnded,
  subscriptionPeriodEnded,
  subscriptionPeriodStarted,
  subscriptionStarted,
} from '@tollgate/contracts/plans/subscription';
import { instant } from '@tollgate/kernel/time/time';
import { newId } from '@tollgate/runtime/base/new-id';
import { waitFor } from '@tollgate/testing/waiting';
import { headersOf, MAY, startBench, termsOf, type Bench } from './harness.js';

let bench: Bench;
let calls: string;
let tokens: string;

beforeAll(async () => {
  bench = await startBench();
  calls = await bench.addMeter('calls', 'llm.call', null);
  tokens = await bench.addMeter('tokens', 'llm.call', 'tokens');
});
afterAll(async () => {
  await bench.destroy();
});

let serial = 0;
const event = (customerId: string, changes: object = {}) => ({
  id: `event-${(serial += 1)}`,
  customerId,
  type: 'llm.call',
  timestamp: '2024-05-03T09:59:59.123456Z',
  properties: { tokens: 7 },
  ...changes,
});

const USAGE = `query ($id: ID!, $from: DateTime, $to: DateTime, $cut: UsageGranularity! = TOTAL) {
  usage(customerId: $id, from: $from, to: $to, granularity: $cut) {
    meter { id code } quantity events period { from to } buckets { from to quantity events } } }`;
const LIVE = `query ($id: ID!) { liveUsage(customerId: $id) { meter { id code } quantity events period { from to } } }`;
const WATCH = `subscription ($id: ID!) { usageUpdated(customerId: $id) {
  customer { id } totals { meter { code } quantity events } at } }`;

interface Figure {
  readonly meter: { id: string; code: string };
  readonly quantity: string;
  readonly events: string;
}
const shown = (figures: readonly Figure[]) =>
  Object.fromEntries(figures.map(({ meter, quantity, events }) => [meter.code, `${quantity}/${events}`]));
const usageOf = async (id: string, variables: object = { ...MAY }) =>
  (await bench.run<{ usage: (Figure & { buckets: Figure[] })[] }>(USAGE, { id, ...variables })).usage;
const liveOf = async (id: string) =>
  shown((await bench.run<{ liveUsage: Figure[] }>(LIVE, { id })).liveUsage);

const subscribe = async (customerId: string, entitlements: readonly Entitlement[] = [], index = 0) => {
  const terms = termsOf(customerId, [calls, tokens], entitlements);
  if (index === 0) {
    await bench.feed(subscriptionStarted, terms.subscriptionId, {
      terms,
      startsOn: '2024-05-01',
      period: MAY,
    });
  }
  return terms;
};

const totalled = async (subscriptionId: string) => {
  const rows = await bench.platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>(
      `SELECT envelope FROM {s}.outbox WHERE topic = 'tollgate.usage' ORDER BY xid, id`,
    ),
  );
  return rows
    .map((row) => JSON.parse(row.envelope))
    .filter((message) => message.type === 'usage.period_totalled')
    .flatMap((message) => message.data.totals.map((total: object) => ({ key: message.key, ...total })))
    .filter((total) => total.terms.subscriptionId === subscriptionId);
};

/** Customers whose live total differs from the sum of their events; none of them once all is quiet. */
const tamperedTotals = () =>
  bench.sql<{ customer_id: string }>(`
    SELECT t.customer_id FROM {t}.usage_total t
    JOIN {t}.usage_meter m ON m.id = t.meter_id
    LEFT JOIN {t}.usage_event e ON e.customer_id = t.customer_id AND e.type = m.event_type
      AND e.meter_version >= m.version AND e.occurred_at >= t.period_from AND e.occurred_at < t.period_to
    GROUP BY t.customer_id, t.meter_id, t.period_from, t.period_to
    HAVING min(t.events) <> count(e.id) OR min(t.quantity) <>
      CASE WHEN min(m.aggregation) = 'count' THEN count(e.id) ELSE coalesce(sum((e.properties ->> m.property)::numeric), 0) END`);

test('a meter has a code of its own, and the same key gives the same answer', async () => {
  const create = `mutation ($input: CreateMeterInput!) { createMeter(input: $input) { __typename
    ... on MeterCreated { meter { id code aggregation property createdAt } } ... on InvalidInput { field }
    ... on MeterCodeTaken { code } ... on Rejection { message } } }`;
  const input = {
    code: 'bytes',
    name: 'Bytes',
    eventType: 'upload',
    aggregation: 'SUM',
    property: 'bytes',
    idempotencyKey: 'k1',
  };
  const answer = async (changes: object = {}) =>
    (await bench.run<{ createMeter: Record<string, unknown> }>(create, { input: { ...input, ...changes } }))
      .createMeter;
  const first = await answer();
  expect(first).toMatchObject({ __typename: 'MeterCreated', meter: { code: 'bytes', aggregation: 'SUM' } });
  expect(await answer()).toEqual(first);
  expect(await answer({ name: 'Other' })).toMatchObject({ __typename: 'IdempotencyConflict' });
  expect(await answer({ idempotencyKey: 'k2' })).toMatchObject({
    __typename: 'MeterCodeTaken',
    code: 'bytes',
  });
  expect(await answer({ idempotencyKey: null, code: 'Bad Code' })).toMatchObject({ field: 'input.code' });
  const list = await bench.run<{ meters: { code: string }[] }>('{ meters { code } }');
  expect(list.meters.map((meter) => meter.code)).toEqual(['calls', 'tokens', 'bytes']);
});

test('each event of a report is answered on its own, in order', async () => {
  const customer = await bench.addCustomer();
  const good = event(customer);
  expect(await bench.report([good])).toMatchObject({ accepted: 1, duplicate: 0, rejected: 0 });
  const conflict = { ...good, properties: { tokens: 8 } };
  const unknown = event(newId('cus'));
  const reported = await bench.report([
    good,
    conflict,
    unknown,
    event(customer, { type: 'nobody listens' }),
    event(customer, { timestamp: '2023-01-01T00:00:00Z' }),
    event(customer, { timestamp: '2024-05-20T12:05:00.001Z' }),
    event(customer, { timestamp: 'soon' }),
    event(customer, { id: '' }),
    event(customer, { properties: {} }),
    event(customer, { properties: { tokens: '-1' } }),
    event(customer, { properties: { tokens: 1, note: 'x'.repeat(9_000) } }),
    event(customer, { properties: { tokens: 1, nested: { a: [1, null, 'ü"\\'] } } }),
  ]);
  expect(reported).toMatchObject({ accepted: 1, duplicate: 1, rejected: 10 });
  expect(reported.outcomes.map((one) => one.rejection?.code ?? one.status)).toEqual([
    'DUPLICATE',
    'IDEMPOTENCY_CONFLICT',
    'UNKNOWN_CUSTOMER',
    'UNKNOWN_METER',
    'OUTSIDE_WINDOW',
    'OUTSIDE_WINDOW',
    'INVALID_TIMESTAMP',
    'INVALID_ID',
    'INVALID_PROPERTY',
    'NEGATIVE_QUANTITY',
    'TOO_LARGE',
    'ACCEPTED',
  ]);
});

test('an id that comes twice in one report counts once; another body is a conflict', async () => {
  const customer = await bench.addCustomer();
  const one = event(customer);
  const reported = await bench.report([one, { ...one }, { ...one, properties: { tokens: 9 } }]);
  expect(reported.outcomes.map((each) => each.rejection?.code ?? each.status)).toEqual([
    'ACCEPTED',
    'DUPLICATE',
    'IDEMPOTENCY_CONFLICT',
  ]);
});

test('a retry is a duplicate even when its time has left the window', async () => {
  const customer = await bench.addCustomer();
  const old = event(customer, { timestamp: '2024-04-16T00:00:00Z' });
  await bench.report([old]);
  const later = event(customer, { timestamp: '2024-04-15T11:59:59.999Z' });
  await bench.sql(
    `INSERT INTO {t}.usage_event (id, customer_id, type, occurred_at, properties, meter_version)
     VALUES ($1, $2, 'llm.call', $3, '{"tokens": 7}', 2)`,
    [later.id, customer, later.timestamp],
  );
  const reported = await bench.report([old, later, { ...later, properties: { tokens: 1 } }]);
  expect(reported.outcomes.map((each) => each.rejection?.code ?? each.status)).toEqual([
    'DUPLICATE',
    'DUPLICATE',
    'IDEMPOTENCY_CONFLICT',
  ]);
});

test('the report is refused as a whole when it is empty or too long', async () => {
  const customer = await bench.addCustomer();
  const report = `mutation ($events: [UsageEventInput!]!) { reportUsage(input: { events: $events }) { __typename
    ... on TooManyEvents { limit given } ... on InvalidInput { field } } }`;
  const events = Array.from({ length: 1_001 }, () => event(customer));
  expect(await bench.run(report, { events })).toEqual({
    reportUsage: { __typename: 'TooManyEvents', limit: 1_000, given: 1_001 },
  });
  expect(await bench.run(report, { events: [] })).toEqual({
    reportUsage: { __typename: 'InvalidInput', field: 'input.events' },
  });
});

test('a portal token reads its own customer and reports nothing', async () => {
  const [mine, other] = [await bench.addCustomer(), await bench.addCustomer()];
  const portal = { kind: 'customer', tenant: bench.tenant.id, customer: mine, actor: 'p' } as const;
  const report = `mutation ($events: [UsageEventInput!]!) { reportUsage(input: { events: $events }) { __typename } }`;
  expect(await bench.refusedWith(report, { events: [event(mine)] }, portal)).toBe('FORBIDDEN');
  await bench.report([event(mine), event(other)]);
  expect(await bench.run(USAGE, { id: other, ...MAY }, portal)).toEqual({ usage: [] });
  const { usage } = await bench.run<{ usage: Figure[] }>(USAGE, { id: mine, ...MAY }, portal);
  expect(shown(usage)).toMatchObject({ calls: '1/1', tokens: '7/1' });
});

test('staff report with a reason, which is audited', async () => {
  const customer = await bench.addCustomer();
  const report = `mutation ($events: [UsageEventInput!]!) { reportUsage(input: { events: $events }) { ... on UsageReported { accepted } } }`;
  const staff = { kind: 'staff', tenant: bench.tenant.id, actor: 'sam', roles: ['support'] } as const;
  expect(await bench.refusedWith(report, { events: [event(customer)] }, staff)).toBe('FORBIDDEN');
  const answer = await bench.run(report, { events: [event(customer)] }, { ...staff, reason: 'import' });
  expect(answer).toEqual({ reportUsage: { accepted: 1 } });
  const rows = await bench.sql(`SELECT actor, reason FROM {t}.audit WHERE command = 'reportUsage'`);
  expect(rows).toEqual([{ actor: 'sam', reason: 'import' }]);
});

test('deeply nested properties are stored as they are', async () => {
  const customer = await bench.addCustomer();
  const deep = JSON.parse(`${'['.repeat(4_000)}${']'.repeat(4_000)}`) as unknown;
  expect(await bench.report([event(customer, { properties: { tokens: 1, deep } })])).toMatchObject({
    accepted: 1,
  });
});

test('parallel reports with the same ids: nothing is lost, nothing counts twice', async () => {
  const customer = await bench.addCustomer();
  await subscribe(customer);
  const events = Array.from({ length: 400 }, (_, i) => event(customer, { properties: { tokens: i } }));
  const reports = await Promise.all(
    Array.from({ length: 20 }, (_, i) => {
      const part = events.slice((i % 10) * 30, (i % 10) * 30 + 130);
      return bench.report(i % 2 === 0 ? part : part.reverse());
    }),
  );
  const sum = (field: 'accepted' | 'duplicate' | 'rejected') =>
    reports.reduce((total, report) => total + report[field], 0);
  expect(sum('accepted')).toBe(400);
  expect(sum('duplicate')).toBe(20 * 130 - 400);
  expect(sum('rejected')).toBe(0);
  await bench.quiet();
  const expected = `${(399 * 400) / 2}/400`;
  expect(shown(await usageOf(customer))).toMatchObject({ calls: '400/400', tokens: expected });
  await waitFor('the live totals', async () => (await liveOf(customer))['tokens'] === expected);
});

test('usage is cut into the hours and days of the customer, gaps included', async () => {
  const customer = await bench.addCustomer('Asia/Kolkata');
  await bench.report([
    event(customer, { timestamp: '2024-05-03T18:29:59.999999Z', properties: { tokens: '0.1' } }),
    event(customer, { timestamp: '2024-05-03T18:30:00Z', properties: { tokens: 0.2 } }),
    event(customer, { timestamp: '2024-05-05T18:29:59Z', properties: { tokens: '1.70' } }),
  ]);
  const window = { from: '2024-05-02T18:30:00Z', to: '2024-05-05T18:30:00Z' };
  const days = (await usageOf(customer, { ...window, cut: 'DAY' })).find(
    (one) => one.meter.code === 'tokens',
  );
  expect(days).toMatchObject({ quantity: '2', events: '3' });
  expect(days?.buckets.map((bucket) => bucket.quantity)).toEqual(['0.1', '0.2', '1.7']);
  const hours = (await usageOf(customer, { ...window, cut: 'HOUR' })).find(
    (one) => one.meter.code === 'tokens',
  );
  expect(hours?.buckets).toHaveLength(72);
  expect(hours?.buckets.filter((bucket) => bucket.events !== '0')).toHaveLength(3);
  expect(await bench.refusedWith(USAGE, { id: customer, from: '2022-01-01T00:00:00Z', to: MAY.to })).toBe(
    'BAD_USER_INPUT',
  );
});

test('a meter counts what is reported after it was created, in SQL and live alike', async () => {
  const customer = await bench.addCustomer();
  await subscribe(customer);
  await bench.report([event(customer, { properties: { tokens: 1, images: 'none' } })]);
  const images = await bench.addMeter('images', 'llm.call', 'images');
  const reported = await bench.report([
    event(customer, { properties: { tokens: 1, images: 2 } }),
    event(customer, { properties: { tokens: 1, images: 'none' } }),
  ]);
  expect(reported).toMatchObject({ accepted: 1, rejected: 1 });
  await bench.quiet();
  const expected = { calls: '2/2', tokens: '2/2', images: '2/1' };
  expect(shown(await usageOf(customer))).toMatchObject(expected);
  await waitFor('the live totals', async () => (await liveOf(customer))['images'] === '2/1');
  expect(await liveOf(customer)).toMatchObject(expected);
  await bench.sql('DELETE FROM {t}.usage_meter WHERE id = $1', [images]);
  await bench.sql('UPDATE {t}.usage_meter_set SET version = (SELECT max(version) FROM {t}.usage_meter)');
});

test('usage that came before the subscription was known is in its live totals', async () => {
  const customer = await bench.addCustomer();
  await bench.report([event(customer), event(customer)]);
  await bench.quiet();
  expect(await liveOf(customer)).toEqual({});
  await subscribe(customer);
  await waitFor('the live totals', async () => (await liveOf(customer))['tokens'] === '14/2');
});

test('live totals equal the SQL totals once quiet, a redelivered message changes nothing, a tampered total is seen', async () => {
  const customer = await bench.addCustomer();
  await subscribe(customer);
  await bench.report([event(customer), event(customer, { properties: { tokens: '0.5' } })]);
  await bench.quiet();
  const before = await bench.sql('SELECT * FROM {t}.usage_total WHERE customer_id = $1 ORDER BY meter_id', [
    customer,
  ]);
  await bench.platform.db.shard('main', (tx) =>
    tx.query(`DELETE FROM {s}.consumer_offset WHERE consumer = 'usage'`),
  );
  await bench.platform.db.shard('main', (tx) =>
    tx.query(`INSERT INTO {s}.outbox (tenant_id, topic, key, message_id, envelope)
      SELECT tenant_id, topic, key, message_id, envelope FROM {s}.outbox WHERE topic = 'tollgate.usage'`),
  );
  await bench.report([event(await bench.addCustomer())]);
  await bench.quiet();
  expect(
    await bench.sql('SELECT * FROM {t}.usage_total WHERE customer_id = $1 ORDER BY meter_id', [customer]),
  ).toEqual(before);
  expect(shown(await usageOf(customer))).toMatchObject({ calls: '2/2', tokens: '7.5/2' });
  expect(await liveOf(customer)).toMatchObject({ calls: '2/2', tokens: '7.5/2' });
  expect(await tamperedTotals()).toEqual([]);
  await bench.sql(
    'UPDATE {t}.usage_total SET quantity = quantity + 1 WHERE customer_id = $1 AND meter_id = $2',
    [customer, tokens],
  );
  expect(await tamperedTotals()).toEqual([{ customer_id: customer }]);
  await bench.sql(
    'UPDATE {t}.usage_total SET quantity = quantity - 1 WHERE customer_id = $1 AND meter_id = $2',
    [customer, tokens],
  );
});

test('the next period starts from zero, and an older one that arrives later changes nothing', async () => {
  const customer = await bench.addCustomer();
  const terms = await subscribe(customer);
  await bench.report([event(customer)]);
  await waitFor('the live totals', async () => (await liveOf(customer))['tokens'] === '7/1');
  const june = { from: MAY.to, to: instant('2024-07-01T00:00:00Z') };
  await bench.feed(subscriptionPeriodStarted, terms.subscriptionId, { terms, period: june, index: 1 });
  await waitFor('the zero totals', async () => (await liveOf(customer))['tokens'] === '0/0');
  await bench.feed(subscriptionPeriodStarted, terms.subscriptionId, { terms, period: MAY, index: 0 });
  await bench.quiet();
  expect(await liveOf(customer)).toMatchObject({ calls: '0/0', tokens: '0/0' });
  await bench.feed(subscriptionEnded, terms.subscriptionId, {
    subscriptionId: terms.subscriptionId,
    customerId: terms.customerId,
    endsAt: june.to,
  });
  await waitFor('the end', async () => Object.keys(await liveOf(customer)).length === 0);
});

test('an entitlement compares what was used with the limit', async () => {
  const customer = await bench.addCustomer();
  await subscribe(customer, [
    { kind: 'limit', feature: 'tokens', meterId: tokens as `mtr_${string}`, limit: '10' },
    { kind: 'boolean', feature: 'sso', enabled: true },
  ]);
  const check = async (feature: string) =>
    (
      await bench.run<{ entitlement: object | null }>(
        'query ($id: ID!, $feature: String!) { entitlement(customerId: $id, feature: $feature) { feature allowed used limit remaining } }',
        { id: customer, feature },
      )
    ).entitlement;
  await waitFor('the subscription', () => check('sso'));
  expect(await check('sso')).toEqual({
    feature: 'sso',
    allowed: true,
    used: null,
    limit: null,
    remaining: null,
  });
  expect(await check('unheard of')).toBeNull();
  expect(await check('tokens')).toEqual({
    feature: 'tokens',
    allowed: true,
    used: '0',
    limit: '10',
    remaining: '10',
  });
  await bench.report([event(customer), event(customer)]);
  await waitFor('the use', async () => ((await check('tokens')) as { used: string }).used === '14');
  expect(await check('tokens')).toEqual({
    feature: 'tokens',
    allowed: false,
    used: '14',
    limit: '10',
    remaining: '0',
  });
});

test('500 subscriptions close in one message, with their totals', async () => {
  const customer = await bench.addCustomer();
  await bench.report([event(customer), event(customer, { timestamp: '2024-04-30T23:59:59.999999Z' })]);
  const closes = Array.from({ length: 500 }, () => ({
    terms: termsOf(customer, [calls, tokens]),
    period: MAY,
    index: 0,
    next: null,
  }));
  await bench.feed(subscriptionPeriodEnded, 'close:2024-06-01', { closes });
  await bench.quiet();
  const last = closes[499];
  expect(last).toBeDefined();
  const totals = await totalled(last?.terms.subscriptionId ?? '');
  expect(totals).toEqual([
    {
      ...last,
      key: `${bench.tenant.id}:close:2024-06-01`,
      revision: 1,
      meters: [
        { meterId: calls, quantity: '1', events: 1 },
        { meterId: tokens, quantity: '7', events: 1 },
      ].sort((a, b) => (a.meterId < b.meterId ? -1 : 1)),
    },
  ]);
});

test('usage after the close is told with the next revision, usage elsewhere is not', async () => {
  const customer = await bench.addCustomer();
  const terms = await subscribe(customer);
  await bench.report([event(customer)]);
  await bench.feed(subscriptionPeriodEnded, 'close:late', {
    closes: [{ terms, period: MAY, index: 0, next: null }],
  });
  await bench.quiet();
  await bench.report([event(customer, { timestamp: '2024-04-30T23:59:59Z' })]);
  await bench.quiet();
  expect(await totalled(terms.subscriptionId)).toHaveLength(1);
  await bench.report([event(customer, { timestamp: '2024-05-01T00:00:00Z' })]);
  await waitFor('the second revision', async () => (await totalled(terms.subscriptionId)).length === 2);
  const [, second] = await totalled(terms.subscriptionId);
  expect(second).toMatchObject({ revision: 2, key: `${bench.tenant.id}:close:late` });
  expect(second.meters.find((meter: { meterId: string }) => meter.meterId === tokens)).toMatchObject({
    quantity: '14',
    events: 2,
  });
});

test('a watcher gets the present totals, then every change, and ends at once', async () => {
  const customer = await bench.addCustomer();
  await subscribe(customer);
  await bench.quiet();
  const updates = await bench.subgraph.endpoint.subscribe({
    query: WATCH,
    variables: { id: customer },
    headers: headersOf({ kind: 'tenant', tenant: bench.tenant.id, actor: 'key_test' }),
  });
  const next = async () => {
    const { value } = await updates.next();
    return value.data.usageUpdated;
  };
  const first = await next();
  expect(first.customer).toEqual({ id: customer });
  expect(shown(first.totals)).toMatchObject({ calls: '0/0', tokens: '0/0' });
  await bench.report([event(customer)]);
  expect(shown((await next()).totals)).toMatchObject({ calls: '1/1', tokens: '7/1' });
  const pending = updates.next();
  await updates.return?.();
  expect(await pending).toEqual({ value: undefined, done: true });
});

test('customers as an entity carry their live totals, read together', async () => {
  const customers = await Promise.all(Array.from({ length: 20 }, () => bench.addCustomer()));
  for (const customer of customers) await subscribe(customer);
  await bench.report(customers.map((customer) => event(customer)));
  await bench.quiet();
  const query = `query ($refs: [_Any!]!) { _entities(representations: $refs) {
    ... on Customer { id liveUsage { meter { code } quantity events } } ... on Meter { id code } } }`;
  const refs = [
    ...customers.map((id) => ({ __typename: 'Customer', id })),
    { __typename: 'Meter', id: tokens },
    { __typename: 'Meter', id: newId('mtr') },
  ];
  const read = async () =>
    (await bench.run<{ _entities: { id: string; liveUsage: Figure[] }[] }>(query, { refs }))._entities;
  await waitFor('all totals', async () =>
    (await read()).slice(0, 20).every((one) => shown(one.liveUsage)['tokens'] === '7/1'),
  );
  expect((await read()).slice(20)).toEqual([{ id: tokens, code: 'tokens' }, null]);
});
