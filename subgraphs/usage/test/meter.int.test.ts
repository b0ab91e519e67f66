import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '@tollgate/testing/waiting';
import { subscriptionPeriodEnded, subscriptionStarted } from '@tollgate/contracts/plans/subscription';
import { meters } from '../src/meter/aggregate.js';
import { type Bench, MAY, startBench, termsOf } from './harness.js';
import { shown, startWorld, type World } from './world.js';

let bench: Bench;
let world: World;

beforeAll(async () => {
  bench = await startBench();
  world = await startWorld(bench);
});
afterAll(async () => {
  await bench.destroy();
});

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
  const codes = async (args: string) =>
    (await bench.run<typeof list>(`{ meters(${args}) { id code } }`)).meters.map((meter) => meter.code);
  const [one] = (await bench.run<{ meters: { id: string }[] }>('{ meters(first: 1) { id } }')).meters;
  expect(await codes(`first: 1, after: "${one?.id ?? ''}"`)).toEqual(['tokens']);
  expect(await codes('first: 2, orderBy: CREATED_AT_DESC')).toEqual(['bytes', 'tokens']);
  expect(await codes('eventType: "upload"')).toEqual(['bytes']);
  expect(await codes('search: "BYT"')).toEqual(['bytes']);
  expect(await answer({ idempotencyKey: '' })).toMatchObject({ field: 'input.idempotencyKey' });
  const lines = await bench.sql<{ outcome: string }>(
    `SELECT outcome FROM {t}.audit WHERE command = 'createMeter' ORDER BY id`,
  );
  expect(lines.slice(2).map((line) => line.outcome)).toEqual([
    'MeterCreated',
    'MeterCodeTaken',
    'InvalidInput',
    'InvalidInput',
  ]);
});

test('a meter counts what is reported after it was created, in queries and live alike', async () => {
  const customer = await bench.addCustomer();
  await world.subscribe(customer);
  await bench.report([world.event(customer, { properties: { tokens: 1, images: 'none' } })]);
  await bench.addMeter('images', 'llm.call', 'images');
  const reported = await bench.report([
    world.event(customer, { properties: { tokens: 1, images: 2 } }),
    world.event(customer, { properties: { tokens: 1, images: 'none' } }),
  ]);
  expect(reported).toMatchObject({ accepted: 1, rejected: 1 });
  await bench.quiet();
  const expected = { calls: '2/2', tokens: '2/2', images: '2/1' };
  expect(shown(await world.usageOf(customer))).toMatchObject(expected);
  await waitFor('the live totals', async () => (await world.liveOf(customer))['images'] === '2/1');
  expect(await world.liveOf(customer)).toMatchObject(expected);
});

const TYPES = {
  calls_eu: { aggregation: 'COUNT', filters: [{ property: 'region', in: ['eu'] }] },
  total: { aggregation: 'SUM', property: 'n', filters: [{ property: 'region', notIn: ['us'] }] },
  peak: { aggregation: 'MAX', property: 'n' },
  low: { aggregation: 'MIN', property: 'n' },
  mean: { aggregation: 'AVERAGE', property: 'n' },
  whole_mean: { aggregation: 'AVERAGE', property: 'n', rounding: { mode: 'CEIL', decimals: 0 } },
  users: { aggregation: 'UNIQUE_COUNT', property: 'user' },
  last: { aggregation: 'LATEST', property: 'n' },
};

test('every type of meter comes to the same live, in queries, in entitlements and at the close', async () => {
  const ids: Record<string, string> = {};
  for (const [code, changes] of Object.entries(TYPES)) {
    const input = { code, name: code, eventType: 'work', ...changes };
    const { createMeter } = await bench.run<{ createMeter: { meter: { id: string } } }>(
      'mutation ($input: CreateMeterInput!) { createMeter(input: $input) { ... on MeterCreated { meter { id } } } }',
      { input },
    );
    ids[code] = createMeter.meter.id;
  }
  const customer = await bench.addCustomer();
  const work = (n: number | string, at: string, properties: object = {}) =>
    world.event(customer, {
      type: 'work',
      timestamp: `2024-05-03T10:00:${at}Z`,
      properties: { n, ...properties },
    });
  const first = [
    work(3, '05.000001', { region: 'eu', user: 'ada' }),
    work('7.5', '05.000002', { region: 'us', user: 'bob' }),
    work(1, '01', { user: 'ada' }),
  ];
  await bench.report([...first, work('0.25', '04', { region: 'eu', user: 7 })]);
  const terms = termsOf(customer, Object.values(ids));
  await bench.feed(subscriptionStarted, terms.subscriptionId, { terms, startsOn: '2024-05-01', period: MAY });
  await bench.quiet();
  const afterOpening = await world.liveOf(customer);
  await bench.report([...first, work(2, '03', { region: 'us', user: 'eve' }), work(0, '02', { user: '7' })]);
  const expected = {
    calls_eu: '2/2',
    total: '4.25/4',
    peak: '7.5/6',
    low: '0/6',
    mean: '2.291666666667/6',
    whole_mean: '3/6',
    users: '4/6',
    last: '7.5/6',
  };
  expect(afterOpening).toMatchObject({ users: '3/4', last: '7.5/4', low: '0.25/4', mean: '2.9375/4' });
  expect(await world.liveOf(customer)).toMatchObject(expected);
  expect(shown(await world.usageOf(customer))).toMatchObject(expected);
  const days = await world.usageOf(customer, { ...MAY, cut: 'DAY' });
  expect(shown(days)).toMatchObject(expected);
  await bench.feed(subscriptionPeriodEnded, 'close', {
    closes: [{ terms, period: MAY, index: 0, next: null }],
  });
  await waitFor('the close', async () => (await world.totalled(terms.subscriptionId)).length === 1);
  const [{ meters }] = await world.totalled(terms.subscriptionId);
  const closed = Object.fromEntries(
    meters.map((one: { meterId: string; quantity: string; events: number }) => [
      Object.keys(ids).find((code) => ids[code] === one.meterId),
      `${one.quantity}/${one.events}`,
    ]),
  );
  expect(closed).toEqual(expected);
  await bench.report([work(9, '06', { user: 'late', region: 'eu' })]);
  await waitFor('the revision', async () => (await world.totalled(terms.subscriptionId)).length === 2);
  const late = shown(await world.usageOf(customer));
  expect(late).toMatchObject({ users: '5/7', last: '9/7', peak: '9/7', calls_eu: '3/3' });
  expect(await world.liveOf(customer)).toMatchObject(late);
});

test('meters are rebuilt from the journal, and a row that says something else is found and mended', async () => {
  const check = (repair: boolean) =>
    bench.platform.db.tenant(bench.tenant.scope, (tx) =>
      meters.check(tx, { after: null, limit: 100, repair }),
    );
  expect((await check(false)).differences).toEqual([]);
  await bench.sql(
    `UPDATE {t}.usage_meter SET filters = '[{"property": "region", "in": ["us"]}]' WHERE code = 'calls_eu'`,
  );
  const [found] = (await check(true)).differences;
  expect(found).toMatchObject({ table: 'usage_meter', kind: 'other' });
  expect(Object.keys(found?.columns ?? {})).toEqual(['filters']);
  expect((await check(false)).differences).toEqual([]);
});

test('a meter is called and noted otherwise, counts as before, and nobody is told', async () => {
  const { meters: made } = await bench.run<{ meters: { id: string }[] }>('{ meters { id } }');
  const [first, second] = made;
  const update = `mutation ($input: UpdateMeterInput!) { updateMeter(input: $input) { __typename
    ... on MeterUpdated { meter { id externalId metadata } } ... on InvalidInput { field } } }`;
  const answer = async (input: object) =>
    (await bench.run<{ updateMeter: Record<string, unknown> }>(update, { input })).updateMeter;
  const labels = { externalId: 'crm-1', metadata: { team: 'core' } };
  expect(await answer({ meterId: first?.id, ...labels })).toMatchObject({
    meter: { id: first?.id, ...labels },
  });
  expect(await answer({ meterId: first?.id })).toMatchObject({ meter: labels });
  expect(await answer({ meterId: second?.id, externalId: 'crm-1' })).toMatchObject({
    __typename: 'ExternalIdTaken',
  });
  expect(await answer({ meterId: 'mtr_1' })).toMatchObject({ __typename: 'UnknownMeter' });
  const shownNow = await bench.run<{ meters: object[] }>('{ meters { id externalId metadata } }');
  expect(shownNow.meters).toContainEqual({ id: first?.id, ...labels });
  expect(shownNow.meters).toContainEqual({ id: second?.id, externalId: null, metadata: {} });
});
