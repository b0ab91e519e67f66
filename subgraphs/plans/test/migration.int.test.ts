import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { migrations } from '../src/migration/aggregate.js';
import { FEE, startPlans, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

const MIGRATION = `id status total moved skipped when negotiatedPrices endedAt planVersion { number } plan { id }
  skips(first: 1000) { reason subscription { id } }`;

interface Migration {
  readonly id: string;
  readonly status: string;
  readonly moved: number;
  readonly skipped: number;
  readonly skips: readonly { readonly reason: string; readonly subscription: { readonly id: string } }[];
}

const migrate = (tenant: TestTenant, input: object) =>
  plans.run(
    tenant,
    'migrateSubscriptions',
    `... on PlanMigrationStarted { migration { ${MIGRATION} } } ... on InvalidInput { field }
     ... on UnknownSubscription { subscriptionId } ... on UnknownPlan { planId }`,
    input,
  );
const idOf = (answer: unknown) => (answer as { migration: { id: string } }).migration.id;
const over = (tenant: TestTenant, id: string) =>
  waitFor('the end of the migration', async () => {
    const query = `query($id: ID!) { planMigration(id: $id) { ${MIGRATION} } }`;
    const data = await plans.ask<{ planMigration: Migration }>(backend(tenant), query, { id });
    return data.planMigration.status === 'RUNNING' ? null : data.planMigration;
  });
const subscribe = async (tenant: TestTenant, input: object): Promise<string> =>
  ((await plans.createSubscription(tenant, input)) as unknown as { subscription: { id: string } })
    .subscription.id;
const publish = (tenant: TestTenant, planId: string, prices: readonly object[]) =>
  plans.run(tenant, 'publishPlanVersion', '... on PlanVersionPublished { version { id } }', {
    planId,
    prices,
  });
const versionsOf = async (tenant: TestTenant, planId: string) => {
  const query = `query($id: ID) { subscriptions(planId: $id, first: 200) { nodes { id planVersion { number } } } }`;
  const { subscriptions } = await plans.ask<{
    subscriptions: { nodes: { id: string; planVersion: { number: number } }[] };
  }>(backend(tenant), query, { id: planId });
  return new Map(subscriptions.nodes.map(({ id, planVersion }) => [id, planVersion.number]));
};
const driftOf = async (tenant: TestTenant) => {
  const options = { after: null, limit: 100, repair: false };
  const checked = await plans.platform.db.tenant(tenant.scope, (tx) => migrations.check(tx, options));
  return [...checked.differences, ...(await plans.drift(tenant))];
};

test('all subscriptions of a plan are brought to its current version, each once, in batches', async () => {
  const tenant = await plans.sandbox();
  const planId = await plans.aPlan(tenant);
  const customers = await plans.addCustomers(tenant, 120);
  for (const customerId of customers) await subscribe(tenant, { customerId, planId });
  await publish(tenant, planId, [{ ...FEE, price: { flat: { flatAmount: '30' } } }]);
  const answer = await migrate(tenant, { planId, when: 'NOW' });
  expect(answer).toMatchObject({
    migration: { total: 120, planVersion: { number: 2 }, plan: { id: planId } },
  });
  expect(await over(tenant, idOf(answer))).toMatchObject({ status: 'FINISHED', moved: 120, skipped: 0 });
  expect(new Set((await versionsOf(tenant, planId)).values())).toEqual(new Set([2]));
  const changes = (await plans.billsOf(tenant))
    .flatMap(({ data }) => data.bills)
    .filter(({ reason }) => reason === 'change');
  expect(new Set(changes.map(({ terms }) => terms.subscriptionId)).size).toBe(120);
  expect(changes).toHaveLength(120);
  const none = await migrate(tenant, { planId });
  expect(none).toMatchObject({ migration: { total: 0 } });
  await over(tenant, idOf(none));
  expect(await driftOf(tenant)).toEqual([]);
}, 60_000);

test('what cannot be moved, or would lose what was agreed with its customer, stays and says why', async () => {
  const tenant = await plans.sandbox();
  const planId = await plans.aPlan(tenant, { prices: [FEE, { ...FEE, key: 'setup' }] });
  const ids = await plans.addCustomers(tenant, 6);
  const of = (n: number, more: object = {}) => subscribe(tenant, { customerId: ids[n], planId, ...more });
  const plain = await of(0);
  const own = await of(1, { overrides: [{ key: 'fee', price: { flat: { flatAmount: '9' } } }] });
  const lost = await of(2, { overrides: [{ key: 'setup', price: { flat: { flatAmount: '9' } } }] });
  const ramp = await of(3, {
    phases: [{ periods: 2, overrides: [{ key: 'fee', price: { flat: { flatAmount: '1' } } }] }],
  });
  const later = await of(4, { startsOn: '2024-03-01' });
  const waiting = await of(5);
  const changed = { subscriptionId: waiting, quantity: '2', when: 'PERIOD_END' };
  await plans.run(tenant, 'changeSubscription', '... on InvalidInput { field }', changed);
  await publish(tenant, planId, [{ ...FEE, price: { flat: { flatAmount: '30' } } }]);

  const kept = await over(tenant, idOf(await migrate(tenant, { planId, when: 'NOW' })));
  expect(kept).toMatchObject({ moved: 2, skipped: 4 });
  expect(new Map(kept.skips.map((skip) => [skip.subscription.id, skip.reason]))).toEqual(
    new Map([
      [lost, 'NEGOTIATED_PRICE'],
      [ramp, 'PHASES'],
      [later, 'NOT_ACTIVE'],
      [waiting, 'CHANGE_WAITS'],
    ]),
  );
  const bills = (await plans.billsOf(tenant)).flatMap(({ data }) => data.bills);
  const ownBill = bills.filter(({ terms }) => terms.subscriptionId === own).at(-1);
  expect(ownBill?.terms.overrides).toMatchObject([{ key: 'fee', price: { flatAmount: '9' } }]);

  const some = { planId, when: 'NOW', negotiatedPrices: 'END', subscriptionIds: [lost, ramp, plain] };
  expect(await over(tenant, idOf(await migrate(tenant, some)))).toMatchObject({ moved: 2, skipped: 0 });
  const versions = await versionsOf(tenant, planId);
  expect([plain, own, lost, ramp, later, waiting].map((id) => versions.get(id))).toEqual([2, 2, 2, 2, 1, 1]);
  expect(await driftOf(tenant)).toEqual([]);
});

test('with the end of the period the new terms come with the next one', async () => {
  const tenant = await plans.sandbox();
  const planId = await plans.aPlan(tenant);
  const id = await subscribe(tenant, { customerId: await plans.addCustomer(tenant), planId });
  await publish(tenant, planId, [{ ...FEE, price: { flat: { flatAmount: '30' } } }]);
  expect(await over(tenant, idOf(await migrate(tenant, { planId })))).toMatchObject({
    moved: 1,
    when: 'PERIOD_END',
  });
  expect((await versionsOf(tenant, planId)).get(id)).toBe(1);
});

test('what is named and is not there is rejected, and a migration that is over is stopped without effect', async () => {
  const tenant = await plans.sandbox();
  const [planId, otherId] = [await plans.aPlan(tenant), await plans.aPlan(tenant)];
  const customerId = await plans.addCustomer(tenant);
  const other = await subscribe(tenant, { customerId, planId: otherId });
  const [plv, sub] = [newId('plv'), newId('sub')];
  expect(await migrate(tenant, { planId, planVersionId: plv })).toMatchObject({
    field: 'input.planVersionId',
  });
  expect(await migrate(tenant, { planId, fromVersionIds: [plv] })).toMatchObject({
    field: 'input.fromVersionIds[0]',
  });
  expect(await migrate(tenant, { planId, subscriptionIds: [sub] })).toMatchObject({ subscriptionId: sub });
  expect(await migrate(tenant, { planId, subscriptionIds: [other] })).toMatchObject({
    subscriptionId: other,
  });
  expect(await migrate(tenant, { planId: newId('pln') })).toMatchObject({ __typename: 'UnknownPlan' });
  const migrationId = idOf(await migrate(tenant, { planId }));
  await over(tenant, migrationId);
  const stopped = `... on PlanMigrationStopped { migration { status } } ... on UnknownPlanMigration { migrationId }`;
  expect(await plans.run(tenant, 'stopPlanMigration', stopped, { migrationId })).toMatchObject({
    migration: { status: 'FINISHED' },
  });
  const missing = newId('mig');
  expect(await plans.run(tenant, 'stopPlanMigration', stopped, { migrationId: missing })).toMatchObject({
    migrationId: missing,
  });
});
