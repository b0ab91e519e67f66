import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import { waitFor } from '@tollgate/testing/waiting';
import { type Bench, MAY, NOW, startBench } from './harness.js';
import { type Figure, shown, startWorld, USAGE, type World } from './world.js';

let bench: Bench;
let world: World;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
});
afterAll(async () => {
  await bench.destroy();
});

test('each event of a report is answered on its own, in order', async () => {
  const customer = await bench.addCustomer();
  const good = world.event(customer);
  expect(await bench.report([good])).toMatchObject({ accepted: 1, duplicate: 0, rejected: 0 });
  const conflict = { ...good, properties: { tokens: 8 } };
  const unknown = world.event(newId('cus'));
  const reported = await bench.report([
    good,
    conflict,
    unknown,
    world.event(customer, { type: 'nobody listens' }),
    world.event(customer, { timestamp: '2023-01-01T00:00:00Z' }),
    world.event(customer, { timestamp: '2024-05-20T12:05:00.001Z' }),
    world.event(customer, { timestamp: 'soon' }),
    world.event(customer, { id: '' }),
    world.event(customer, { properties: { tokens: 'many' } }),
    world.event(customer, { properties: { tokens: '-1' } }),
    world.event(customer, { properties: { tokens: 1, note: 'x'.repeat(9_000) } }),
    world.event(customer, { properties: { tokens: 1, nested: { a: [1, null, 'ü"\\'] } } }),
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
  const one = world.event(customer);
  const reported = await bench.report([one, { ...one }, { ...one, properties: { tokens: 9 } }]);
  expect(reported.outcomes.map((each) => each.rejection?.code ?? each.status)).toEqual([
    'ACCEPTED',
    'DUPLICATE',
    'IDEMPOTENCY_CONFLICT',
  ]);
});

test('a retry is a duplicate even when its time has left the window', async () => {
  const customer = await bench.addCustomer();
  const old = world.event(customer, { timestamp: '2024-04-16T00:00:00Z' });
  await bench.report([old]);
  const later = world.event(customer, { timestamp: '2024-04-15T11:59:59.999Z' });
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

test('the window is that of the transaction, though the clock moved since the last one', async () => {
  const customer = await bench.addCustomer();
  const early = () => world.event(customer, { timestamp: '2024-04-16T00:00:00Z' });
  const setClock = (at: string) =>
    bench.platform.db.shard('main', (tx) =>
      tx.query('UPDATE {s}.tenant_clock SET now_at = $2 WHERE tenant_id = $1', [bench.tenant.id, at]),
    );
  expect(await bench.report([early()])).toMatchObject({ accepted: 1 });
  await setClock('2024-06-01T00:00:00Z');
  const moved = await bench.report([early(), world.event(customer, { timestamp: '2024-06-01T00:00:00Z' })]);
  expect(moved.outcomes.map((each) => each.rejection?.code ?? each.status)).toEqual([
    'OUTSIDE_WINDOW',
    'ACCEPTED',
  ]);
  await setClock(NOW);
  expect(await bench.report([early()])).toMatchObject({ accepted: 1 });
});

test('an id that is known says so before anything else is looked at, and a rejected event takes no id', async () => {
  const customer = await bench.addCustomer();
  const known = world.event(customer);
  await bench.report([known]);
  const free = world.event(customer);
  const reported = await bench.report([
    { ...known, timestamp: '2023-01-01T00:00:00Z' },
    { ...known, type: 'nobody listens' },
    { ...known, properties: { tokens: -1 } },
    world.event(customer, { timestamp: '2023-01-01T00:00:00Z', type: 'nobody listens' }),
    world.event(customer, { type: 'nobody listens', properties: {} }),
    { ...free, timestamp: '2023-01-01T00:00:00Z' },
    { ...free, properties: { tokens: 'many' } },
    free,
    { ...free, properties: { tokens: 'many' } },
  ]);
  expect(reported.outcomes.map((each) => each.rejection?.code ?? each.status)).toEqual([
    'IDEMPOTENCY_CONFLICT',
    'IDEMPOTENCY_CONFLICT',
    'IDEMPOTENCY_CONFLICT',
    'OUTSIDE_WINDOW',
    'UNKNOWN_METER',
    'OUTSIDE_WINDOW',
    'INVALID_PROPERTY',
    'ACCEPTED',
    'IDEMPOTENCY_CONFLICT',
  ]);
});

test('the report is rejected as a whole when it is empty or too long', async () => {
  const customer = await bench.addCustomer();
  const report = `mutation ($events: [UsageEventInput!]!) { reportUsage(input: { events: $events }) { __typename
    ... on TooManyEvents { limit given } ... on InvalidInput { field } } }`;
  const events = Array.from({ length: 1_001 }, () => world.event(customer));
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
  expect(await bench.codeOf(report, { events: [world.event(mine)] }, portal)).toBe('FORBIDDEN');
  await bench.report([world.event(mine), world.event(other)]);
  expect(await bench.run(USAGE, { id: other, ...MAY }, portal)).toEqual({ usage: [] });
  const { usage } = await bench.run<{ usage: Figure[] }>(USAGE, { id: mine, ...MAY }, portal);
  expect(shown(usage)).toMatchObject({ calls: '1/1', tokens: '7/1' });
});

test('every report has one audit line, and staff give a reason', async () => {
  const customer = await bench.addCustomer();
  const report = `mutation ($events: [UsageEventInput!]!) { reportUsage(input: { events: $events }) { ... on UsageReported { accepted } } }`;
  const staff = { kind: 'staff', tenant: bench.tenant.id, actor: 'sam', roles: ['support'] } as const;
  expect(await bench.codeOf(report, { events: [world.event(customer)] }, staff)).toBe('FORBIDDEN');
  const answer = await bench.run(report, { events: [world.event(customer)] }, { ...staff, reason: 'import' });
  expect(answer).toEqual({ reportUsage: { accepted: 1 } });
  await bench.report([world.event(customer), world.event(customer)]);
  const rows = await bench.sql(
    `SELECT actor, subject, outcome, reason FROM {t}.audit WHERE command = 'reportUsage' ORDER BY id DESC LIMIT 3`,
  );
  expect(rows).toEqual([
    { actor: 'key_test', subject: '2 events', outcome: 'UsageReported', reason: null },
    { actor: 'sam', subject: '1 events', outcome: 'UsageReported', reason: 'import' },
    { actor: 'sam', subject: '1 events', outcome: 'FORBIDDEN', reason: null },
  ]);
});

test('an event that lacks what one meter reads is counted by the others, and says so', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  const reported = await bench.report([world.event(customer), world.event(customer, { properties: {} })]);
  expect(reported).toMatchObject({ accepted: 2, outcomes: [{ lacks: [] }, { lacks: ['tokens'] }] });
  expect(shown(await world.usageOf(customer))).toMatchObject({ calls: '2/2', tokens: '7/1' });
  await waitFor('the live totals', async () => (await world.liveOf(customer))['calls'] === '2/2');
  expect(await world.liveOf(customer)).toMatchObject({ calls: '2/2', tokens: '7/1' });
});

test('an event may name its customer as the tenant does, also one that was made a moment ago', async () => {
  const externalId = 'crm-ünï-1';
  const customer = newId('cus');
  const named = world.event('', { customerId: null, customerExternalId: externalId });
  const reporting = bench.report([
    named,
    world.event('', { customerId: null, customerExternalId: 'nobody' }),
  ]);
  await bench.addCustomer('UTC', { customerId: customer, externalId });
  expect((await reporting).outcomes.map((one) => one.rejection?.code ?? one.status)).toEqual([
    'ACCEPTED',
    'UNKNOWN_CUSTOMER',
  ]);
  expect(await bench.report([{ ...named, customerId: customer, customerExternalId: null }])).toMatchObject({
    duplicate: 1,
  });
  expect(shown(await world.usageOf(customer))).toMatchObject({ calls: '1/1' });
});

test('a number that a document writes counts digit by digit', async () => {
  const customer = await bench.addCustomer();
  const written = ['0.1234567890123456789', '0.000000001', '2251799813685249.3', '9007199254740993'];
  const events = written.slice(1).map(
    (number, i) => `{ id: "written-${i}", customerId: "${customer}", type: "llm.call",
    timestamp: "2024-05-03T10:00:00Z", properties: { tokens: ${number} } }`,
  );
  const report = `mutation { reportUsage(input: { events: [${events.join()}] }) { ... on UsageReported { accepted } } }`;
  expect(await bench.run(report)).toEqual({ reportUsage: { accepted: 3 } });
  expect(shown(await world.usageOf(customer))).toMatchObject({ tokens: '11258999068426242.300000001/3' });
  const long = report.replace(/tokens: [\d.]+/g, `tokens: ${written[0]}`).replace(/written-/g, 'longer-');
  expect(await bench.run(long)).toEqual({ reportUsage: { accepted: 0 } });
});

test('deeply nested properties are stored as they are', async () => {
  const customer = await bench.addCustomer();
  const deep = JSON.parse(`${'['.repeat(4_000)}${']'.repeat(4_000)}`) as unknown;
  expect(await bench.report([world.event(customer, { properties: { tokens: 1, deep } })])).toMatchObject({
    accepted: 1,
  });
});

test('parallel reports with the same ids: nothing is lost, nothing counts twice', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  const events = Array.from({ length: 400 }, (_, i) => world.event(customer, { properties: { tokens: i } }));
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
  expect(shown(await world.usageOf(customer))).toMatchObject({ calls: '400/400', tokens: expected });
  await waitFor('the live totals', async () => (await world.liveOf(customer))['tokens'] === expected);
});
