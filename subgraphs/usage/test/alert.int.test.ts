import { afterAll, beforeAll, expect, test } from 'vitest';
import { usageAlertReached } from '@tollgate/contracts/usage/alert';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend } from '@tollgate/testing/callers';
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

interface Answer {
  readonly __typename: string;
  readonly field?: string;
  readonly alert?: { readonly id: string; readonly amount: { readonly minor: string } | null };
}

const create = async (input: object) => {
  const query = `mutation ($input: CreateUsageAlertInput!) { answer: createUsageAlert(input: $input) { __typename
    ... on UsageAlertCreated { alert { id kind amount { minor } } } ... on InvalidInput { field } } }`;
  return (await bench.run<{ answer: Answer }>(query, { input: { name: 'An alert', ...input } })).answer;
};
const archive = async (alertId: string) => {
  const query = `mutation ($input: ArchiveUsageAlertInput!) { answer: archiveUsageAlert(input: $input) { __typename } }`;
  return (await bench.run<{ answer: Answer }>(query, { input: { alertId } })).answer.__typename;
};
const idOf = async (input: object) => (await create(input)).alert?.id ?? '';

interface Told {
  readonly alertId: string;
  readonly step: string;
  readonly value: string;
}

/** What other programs were told of an alert. */
const told = async (alertId: string) => {
  const rows = await bench.platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>('SELECT envelope FROM {s}.outbox ORDER BY xid, id'),
  );
  return rows
    .map(({ envelope }) => JSON.parse(envelope) as { type: string; data: Told })
    .filter(({ type, data }) => type === usageAlertReached.type && data.alertId === alertId)
    .map(({ data }) => [data.step, data.value]);
};
const listed = async (alertId: string) => {
  const query = `query ($id: ID!) { reachedUsageAlerts(alertId: $id, orderBy: CREATED_AT_ASC) { nodes {
    step value alert { id name } customer { id } subscription { id } period { from } } } }`;
  return (await bench.run<{ reachedUsageAlerts: { nodes: object[] } }>(query, { id: alertId }))
    .reachedUsageAlerts.nodes;
};
const subscribed = async (limit = '100') => {
  const customerId = await bench.addCustomer();
  const { subscriptionId } = await world.subscribe(customerId, [
    { kind: 'limit', feature: 'tokens', meterId: world.tokens as `mtr_${string}`, limit },
  ]);
  await bench.quiet();
  return { customerId, subscriptionId };
};
/** Each event is one call and 7 tokens, which cost 8.00. */
const use = (customerId: string, count = 1) =>
  bench.report(Array.from({ length: count }, () => world.event(customerId)));

test('units, money and shares of limits are told once in a period, or at each multiple', async () => {
  const { customerId, subscriptionId } = await subscribed();
  const units = await idOf({ customerId, quantity: { meterId: world.tokens, quantity: '14' } });
  const money = await idOf({ customerId, spend: { amount: '10', currency: 'USD' }, repeats: true });
  const euros = await idOf({ customerId, spend: { amount: '1', currency: 'EUR' } });
  const share = await idOf({ customerId, share: { feature: 'tokens', percent: '25' }, repeats: true });
  await use(customerId);
  for (const id of [units, money, euros, share]) expect(await told(id)).toEqual([]);
  await use(customerId);
  await use(customerId, 4);
  expect(await told(units)).toEqual([['1', '14']]);
  expect(await told(money)).toEqual([
    ['1', '1600'],
    ['4', '4800'],
  ]);
  expect(await told(share)).toEqual([['1', '42']]);
  expect(await told(euros)).toEqual([]);
  expect(await listed(units)).toMatchObject([
    { step: '1', alert: { id: units }, customer: { id: customerId }, subscription: null },
  ]);
  expect(await listed(money)).toMatchObject([{ subscription: { id: subscriptionId } }, { step: '4' }]);
});

test('of reports that come at once and again each step is told once, and others’ usage is not', async () => {
  const [{ customerId }, other] = [await subscribed(), await subscribed()];
  const alert = await idOf({ quantity: { meterId: world.calls, quantity: '10' }, repeats: true });
  const events = Array.from({ length: 35 }, () => world.event(customerId));
  await Promise.all(events.flatMap((event) => [bench.report([event]), bench.report([event])]));
  const steps = (await told(alert)).map(([step]) => step);
  expect(new Set(steps).size).toBe(steps.length);
  expect(steps.at(-1)).toBe('3');
  await use(other.customerId, 3);
  expect(await told(alert)).toHaveLength(steps.length);
  expect(await archive(alert)).toBe('UsageAlertArchived');
  expect(await archive(alert)).toBe('UsageAlertArchived');
  await use(other.customerId, 20);
  expect(await told(alert)).toHaveLength(steps.length);
});

test('who watches hears of each once, of one customer or of all; what is there already is told at once', async () => {
  const [{ customerId }, other] = [await subscribed(), await subscribed()];
  const query = `subscription ($id: ID) { usageAlertReached(customerId: $id) { step value customer { id } alert { name } } }`;
  const caller = backend(bench.tenant);
  const [one, all] = await Promise.all([
    bench.live(caller, query, { id: customerId }),
    bench.live(caller, query, {}),
  ]);
  const first = Promise.all([one.next(), all.next()]);
  await use(customerId, 3);
  const alert = await idOf({ customerId, name: 'Three', quantity: { meterId: world.calls, quantity: '2' } });
  expect(await told(alert)).toEqual([['1', '3']]);
  const heard = { step: '1', value: '3', customer: { id: customerId }, alert: { name: 'Three' } };
  for (const { value } of await first) expect(value.data).toEqual({ usageAlertReached: heard });
  const next = all.next();
  await idOf({ customerId: other.customerId, quantity: { meterId: world.calls, quantity: '1' } });
  await use(other.customerId);
  expect((await next).value.data).toMatchObject({
    usageAlertReached: { customer: { id: other.customerId } },
  });
  await Promise.all([one.return?.(), all.return?.()]);
});

test('what makes no sense is rejected by its field, and there are not too many', async () => {
  const customerId = await bench.addCustomer();
  const quantity = { meterId: world.calls, quantity: '1' };
  expect(await create({ customerId })).toMatchObject({ field: 'input' });
  expect(await create({ customerId, quantity: { ...quantity, quantity: '0' } })).toMatchObject({
    field: 'input.quantity.quantity',
  });
  expect((await create({ quantity: { ...quantity, meterId: newId('mtr') } })).__typename).toBe(
    'UnknownMeter',
  );
  expect((await create({ customerId: newId('cus'), quantity })).__typename).toBe('UnknownCustomer');
  expect(await archive(newId('alr'))).toBe('UnknownUsageAlert');
  const names = await Promise.all(Array.from({ length: 55 }, () => create({ customerId, quantity })));
  expect(names.filter((one) => one.__typename === 'TooManyUsageAlerts')).toHaveLength(5);
});
