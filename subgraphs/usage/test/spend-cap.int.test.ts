import { afterAll, beforeAll, expect, test } from 'vitest';
import { spendCapReached } from '@tollgate/contracts/usage/spend-cap';
import { newId } from '@tollgate/runtime/base/new-id';
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

const CAP = 'amount { amount } action reachedAt';
const set = async (input: object) =>
  (
    await bench.run<{ setSpendCap: { __typename: string; cap?: object; field?: string } }>(
      `mutation ($input: SetSpendCapInput!) { setSpendCap(input: $input) { __typename
         ... on SpendCapSet { cap { ${CAP} } } ... on InvalidInput { field } } }`,
      { input },
    )
  ).setSpendCap;
const remove = async (subscriptionId: string) =>
  (
    await bench.run<{ removeSpendCap: { __typename: string } }>(
      'mutation ($input: RemoveSpendCapInput!) { removeSpendCap(input: $input) { __typename } }',
      { input: { subscriptionId } },
    )
  ).removeSpendCap.__typename;
const capOf = async (id: string) => {
  const query = `query ($id: ID!) { currentSpend(customerId: $id) { amount { amount } cap { ${CAP} } } }`;
  return (await bench.run<{ currentSpend: { cap: { reachedAt: string | null } | null }[] }>(query, { id }))
    .currentSpend[0];
};
const codes = async (events: readonly object[]) =>
  (await bench.report(events)).outcomes.map((one) => one.rejection?.code ?? one.status);
const told = async (subscriptionId: string) => {
  const rows = await bench.platform.db.shard('main', (tx) =>
    tx.query<{ envelope: string }>('SELECT envelope FROM {s}.outbox ORDER BY xid, id'),
  );
  return rows
    .map(({ envelope }) => JSON.parse(envelope) as { type: string; data: { subscriptionId: string } })
    .filter(({ type, data }) => type === spendCapReached.type && data.subscriptionId === subscriptionId);
};

test('a hard cap stops usage once it is reached: events are rejected, features not allowed, until it is raised', async () => {
  const [customer, other] = [await bench.addCustomer(), await bench.addCustomer()];
  const limited = [
    { kind: 'limit', feature: 'tokens', meterId: world.tokens as `mtr_${string}`, limit: null },
  ] as const;
  const { subscriptionId } = await world.subscribe(customer, limited);
  await world.subscribe(other);
  await bench.quiet();
  const allowed = async () => {
    const query = 'query ($id: ID!) { entitlement(customerId: $id, feature: "tokens") { allowed } }';
    return (await bench.run<{ entitlement: { allowed: boolean } }>(query, { id: customer })).entitlement
      .allowed;
  };
  expect(await set({ subscriptionId, amount: '16', action: 'STOP' })).toMatchObject({
    cap: { amount: { amount: '16.00' }, action: 'STOP', reachedAt: null },
  });
  const first = world.event(customer);
  expect(await codes([first])).toEqual(['ACCEPTED']);
  expect(await allowed()).toBe(true);
  expect(await codes([world.event(customer)])).toEqual(['ACCEPTED']);
  // 2 calls and 14 tokens have come to 16.00.
  expect(await capOf(customer)).toMatchObject({ amount: { amount: '16.00' }, cap: { action: 'STOP' } });
  expect(await allowed()).toBe(false);
  expect(await codes([world.event(customer), first, world.event(other)])).toEqual([
    'SPEND_CAP_REACHED',
    'DUPLICATE',
    'ACCEPTED',
  ]);
  const many = Array.from({ length: 10 }, () => codes([world.event(customer)]));
  expect((await Promise.all(many)).flat()).toEqual(many.map(() => 'SPEND_CAP_REACHED'));
  expect(await told(subscriptionId)).toHaveLength(1);
  expect(await told(subscriptionId)).toMatchObject([{ data: { capMinor: '1600', spendMinor: '1600' } }]);

  expect(await set({ subscriptionId, amount: '20', action: 'STOP' })).toMatchObject({
    cap: { reachedAt: null },
  });
  expect(await codes([world.event(customer)])).toEqual(['ACCEPTED']);
  expect(await codes([world.event(customer)])).toEqual(['SPEND_CAP_REACHED']);
  expect(await remove(subscriptionId)).toBe('SpendCapRemoved');
  expect(await codes([world.event(customer)])).toEqual(['ACCEPTED']);
  expect((await capOf(customer))?.cap).toBeNull();
});

test('a correction, and an event that is void, that bring usage below a hard cap let usage go on, and it stops there again', async () => {
  const customer = await bench.addCustomer();
  const { subscriptionId } = await world.subscribe(customer);
  await bench.quiet();
  await set({ subscriptionId, amount: '16', action: 'STOP' });
  const [first, second] = [world.event(customer), world.event(customer)];
  expect(await codes([first, second])).toEqual(['ACCEPTED', 'ACCEPTED']);
  expect(await codes([world.event(customer)])).toEqual(['SPEND_CAP_REACHED']);
  const correct = (eventId: string, tokens: number) =>
    bench.run(
      `mutation ($input: CorrectUsageEventInput!) { correctUsageEvent(input: $input) { __typename } }`,
      { input: { eventId, changes: { tokens } } },
    );
  await correct(first.id, 6);
  expect(await capOf(customer)).toMatchObject({ amount: { amount: '15.00' }, cap: { reachedAt: null } });
  await correct(first.id, 9);
  expect(await codes([world.event(customer)])).toEqual(['SPEND_CAP_REACHED']);
  expect(await told(subscriptionId)).toHaveLength(2);
  await bench.run(
    'mutation ($input: VoidUsageEventInput!) { voidUsageEvent(input: $input) { __typename } }',
    {
      input: { eventId: second.id },
    },
  );
  expect(await codes([world.event(customer)])).toEqual(['ACCEPTED']);
});

test('a cap that only alerts is told once in a period; one that is set where usage is already, at once', async () => {
  const customer = await bench.addCustomer();
  const { subscriptionId } = await world.subscribe(customer);
  await bench.quiet();
  await set({ subscriptionId, amount: '8', action: 'ALERT' });
  for (let i = 0; i < 3; i += 1) expect(await codes([world.event(customer)])).toEqual(['ACCEPTED']);
  expect(await told(subscriptionId)).toHaveLength(1);
  expect((await capOf(customer))?.cap?.reachedAt).not.toBeNull();
  const again = await set({ subscriptionId, amount: '10.50', action: 'STOP' });
  expect(again.cap).toMatchObject({ amount: { amount: '10.50' }, action: 'STOP' });
  expect(again.cap).not.toMatchObject({ reachedAt: null });
  expect(await codes([world.event(customer)])).toEqual(['SPEND_CAP_REACHED']);
});

test('what makes no sense is rejected by its field, and a subscription that is unknown by its id', async () => {
  const customer = await bench.addCustomer();
  const { subscriptionId } = await world.subscribe(customer);
  await bench.quiet();
  for (const amount of ['0', '-1', '1.001'])
    expect(await set({ subscriptionId, amount, action: 'STOP' })).toMatchObject({
      __typename: 'InvalidInput',
      field: 'input.amount',
    });
  expect(await capOf(customer)).toMatchObject({ cap: null });
  const unknown = newId('sub');
  expect((await set({ subscriptionId: unknown, amount: '1', action: 'STOP' })).__typename).toBe(
    'UnknownSubscription',
  );
  expect(await remove(unknown)).toBe('UnknownSubscription');
});
