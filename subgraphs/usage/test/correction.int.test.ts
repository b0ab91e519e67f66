import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bench, startBench } from './harness.js';
import { startWorld, type World } from './world.js';

let bench: Bench;
let world: World;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
});
afterAll(async () => {
  await bench.destroy();
});

const EVENT = 'event { id status properties firstProperties changedAt }';
const REJECTED = '... on Rejection { message } ... on UnknownEvent { eventId }';

const correct = async (input: object) =>
  (
    await bench.run<{ correctUsageEvent: { __typename: string; event?: object } }>(
      `mutation ($input: CorrectUsageEventInput!) { correctUsageEvent(input: $input) {
         __typename ${REJECTED} ... on InvalidProperty { field } ... on UsageEventCorrected { ${EVENT} } } }`,
      { input },
    )
  ).correctUsageEvent;

const takeBack = async (input: object) =>
  (
    await bench.run<{ voidUsageEvent: { __typename: string; event?: object } }>(
      `mutation ($input: VoidUsageEventInput!) { voidUsageEvent(input: $input) {
         __typename ${REJECTED} ... on UsageEventVoided { ${EVENT} } } }`,
      { input },
    )
  ).voidUsageEvent;

test('a corrected event counts as corrected in live totals and in usage', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  await bench.quiet();
  const event = world.event(customer);
  await bench.report([event, world.event(customer)]);
  expect(await correct({ eventId: event.id, changes: { tokens: 3, note: 'typo' } })).toMatchObject({
    event: {
      status: 'COUNTED',
      properties: { tokens: 3, note: 'typo' },
      firstProperties: { tokens: 7 },
      changedAt: '2024-05-20T12:00:00.000Z',
    },
  });
  expect(await world.liveOf(customer)).toEqual({ calls: '2/2', tokens: '10/2' });
  expect(await world.usageOf(customer)).toMatchObject([{ quantity: '2' }, { quantity: '10' }]);
});

test('an event that was taken back counts no more, keeps its id, and is not corrected', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  await bench.quiet();
  const event = world.event(customer);
  await bench.report([event, world.event(customer)]);
  await correct({ eventId: event.id, properties: { tokens: 30 } });
  expect(await takeBack({ eventId: event.id })).toMatchObject({ event: { status: 'VOID' } });
  expect(await world.liveOf(customer)).toEqual({ calls: '1/1', tokens: '7/1' });
  const again = await bench.report([event, { ...event, properties: { tokens: 30 } }]);
  expect(again.outcomes.map((one) => one.rejection?.code ?? one.status)).toEqual([
    'DUPLICATE',
    'IDEMPOTENCY_CONFLICT',
  ]);
  const unknown = { __typename: 'UnknownEvent', eventId: event.id };
  expect(await takeBack({ eventId: event.id })).toMatchObject(unknown);
  expect(await correct({ eventId: event.id, changes: { tokens: 1 } })).toMatchObject(unknown);
});

test('a correction that meters cannot read changes nothing', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  await bench.quiet();
  const event = world.event(customer);
  await bench.report([event]);
  const field = 'input.properties';
  expect(await correct({ eventId: event.id, changes: { tokens: 'many' } })).toMatchObject({
    __typename: 'InvalidProperty',
    field,
  });
  expect(await correct({ eventId: event.id, changes: { tokens: '-1' } })).toMatchObject({
    __typename: 'NegativeQuantity',
  });
  expect(await correct({ eventId: event.id })).toMatchObject({ __typename: 'InvalidInput' });
  const long = { tokens: 1, note: 'x'.repeat(9_000) };
  expect(await correct({ eventId: event.id, properties: long })).toMatchObject({
    __typename: 'InvalidInput',
  });
  expect(await world.liveOf(customer)).toEqual({ calls: '1/1', tokens: '7/1' });
});

test('different texts are counted anew when one of them is corrected', async () => {
  const customer = await bench.addCustomer();
  await bench.run(`mutation ($input: CreateMeterInput!) { createMeter(input: $input) { __typename } }`, {
    input: { code: 'users', name: 'u', eventType: 'seen', aggregation: 'UNIQUE_COUNT', property: 'user' },
  });
  await world.subscribe(customer);
  await bench.quiet();
  const seen = (user: string) => world.event(customer, { type: 'seen', properties: { user } });
  const [ada, bob] = [seen('ada'), seen('bob')];
  await bench.report([ada, bob, seen('ada')]);
  expect(await world.liveOf(customer)).toMatchObject({ users: '2/3' });
  await correct({ eventId: bob.id, changes: { user: 'ada' } });
  expect(await world.liveOf(customer)).toMatchObject({ users: '1/3' });
  await bench.report([seen('bob')]);
  expect(await world.liveOf(customer)).toMatchObject({ users: '2/4' });
});

test('events of a customer are listed in order of time, page by page, with what became of each', async () => {
  const customer = await bench.addCustomer();
  const { subscriptionId } = await world.subscribe(customer);
  await bench.quiet();
  const at = (day: string, more: object = {}) =>
    world.event(customer, { timestamp: `2024-05-${day}T10:00:00.000001Z`, ...more });
  const [first, second, third, early] = [at('03'), at('04'), at('04'), at('05')];
  early.timestamp = '2024-04-20T10:00:00Z';
  await bench.report([second, first, third, early]);
  const kept = at('06', { type: 'nobody.listens' });
  await bench.run('mutation ($input: ReportUsageInput!) { reportUsage(input: $input) { __typename } }', {
    input: { events: [kept], unknownTypes: 'KEEP' },
  });
  await takeBack({ eventId: first.id });
  interface Page {
    nodes: { id: string; status: string; billing: { outcome: string }[] }[];
    hasNextPage: boolean;
    endCursor: string | null;
  }
  const list = async (args: string, variables: object = {}) => {
    const query = `query ($id: ID, $after: String, $ids: [ID!]) { usageEvents(customerId: $id, after: $after, ids: $ids, ${args}) {
      nodes { id status billing { meterId outcome subscription { id } period { from to } } } hasNextPage endCursor } }`;
    return (await bench.run<{ usageEvents: Page }>(query, { id: customer, ...variables })).usageEvents;
  };
  const all = await list('latestFirst: false');
  expect(all.nodes.map(({ id, status }) => [id, status])).toEqual([
    [early.id, 'COUNTED'],
    [first.id, 'VOID'],
    ...[second.id, third.id].sort().map((id) => [id, 'COUNTED']),
    [kept.id, 'KEPT'],
  ]);
  const open = {
    outcome: 'OPEN',
    subscription: { id: subscriptionId },
    period: { from: '2024-05-01T00:00:00.000Z' },
  };
  expect(all.nodes.map(({ billing }) => billing)).toMatchObject([
    [{ outcome: 'NOT_PRICED', subscription: null }, { outcome: 'NOT_PRICED' }],
    [],
    [open, open],
    [open, open],
    [],
  ]);
  const seen: string[] = [];
  let page = await list('first: 2');
  for (; ; page = await list('first: 2', { after: page.endCursor })) {
    seen.push(...page.nodes.map(({ id }) => id));
    if (!page.hasNextPage) break;
  }
  expect(seen).toEqual(all.nodes.map(({ id }) => id).reverse());
  const ids = async (args: string) => (await list(args)).nodes.map(({ id }) => id);
  expect(await ids('type: "nobody.listens"')).toEqual([kept.id]);
  expect(await ids('status: VOID')).toEqual([first.id]);
  expect(await ids('from: "2024-05-04T10:00:00.001Z"')).toEqual([kept.id]);
  expect(await ids('to: "2024-05-01T00:00:00Z"')).toEqual([early.id]);
  const named = await list('first: 1', { id: null, ids: [third.id, 'nothing', first.id] });
  expect(named.nodes.map(({ id }) => id)).toEqual([third.id, first.id]);
  expect(await bench.codeOf('{ usageEvents { hasNextPage } }')).toBe('BAD_USER_INPUT');
  expect(await bench.codeOf(`{ usageEvents(customerId: "${customer}", after: "abc") { hasNextPage } }`)).toBe(
    'BAD_USER_INPUT',
  );
});
