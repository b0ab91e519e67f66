import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backend } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { FEE, JANUARY_31, startPlans, type PlansBench } from './harness.js';

interface Page {
  readonly nodes: readonly { readonly id: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string;
    readonly endCursor: string;
  };
}

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

const list = async (tenant: TestTenant, field: string, args: string): Promise<Page> => {
  const query = `{ ${field}(${args}) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  return (await plans.ask<Record<string, Page>>(backend(tenant), query))[field] as Page;
};
const idsIn = ({ nodes }: Page) => nodes.map(({ id }) => id);

/** Publishes more versions of a plan, one after the other. */
const publish = async (tenant: TestTenant, planId: string, count: number): Promise<void> => {
  for (let left = count; left > 0; left -= 1)
    await plans.run(tenant, 'publishPlanVersion', '... on PlanVersionPublished { version { id } }', {
      planId,
      prices: [{ ...FEE, description: 'x'.repeat(200) }],
    });
};

describe('the plans of a tenant', () => {
  test('are read from either end, in either order, and there and back again', async () => {
    const tenant = await plans.sandbox();
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.push(await plans.aPlan(tenant));
    expect(idsIn(await list(tenant, 'plans', 'last: 2'))).toEqual(made.slice(3));
    const newest = await list(tenant, 'plans', 'first: 2, orderBy: CREATED_AT_DESC');
    expect(idsIn(newest)).toEqual([made[4], made[3]]);
    const after = `orderBy: CREATED_AT_DESC, after: "${newest.pageInfo.endCursor}"`;
    const rest = await list(tenant, 'plans', `first: 9, ${after}`);
    expect(idsIn(rest)).toEqual([made[2], made[1], made[0]]);
    expect(rest.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    const before = `orderBy: CREATED_AT_DESC, before: "${rest.pageInfo.startCursor}"`;
    expect(idsIn(await list(tenant, 'plans', `last: 1, ${before}`))).toEqual([made[3]]);
  });

  test('are found by product, code and a part of the name', async () => {
    const tenant = await plans.sandbox();
    const price = { interval: 'MONTH', prices: [FEE] };
    const labels = { externalId: 'crm-1', metadata: { team: 'core' } };
    const gold = await plans.createPlan(tenant, { ...price, name: '100% Gold', code: 'gold', ...labels });
    expect(gold).toMatchObject({ plan: { ...labels, createdAt: JANUARY_31 } });
    expect(await plans.createPlan(tenant, { ...price, name: 'Gilt', code: 'gilt', ...labels })).toMatchObject(
      {
        __typename: 'ExternalIdTaken',
      },
    );
    await plans.createPlan(tenant, { ...price, name: 'Silver', code: 'silver' });
    const found = async (args: string) => (await list(tenant, 'plans', args)).nodes.length;
    expect(await found('search: "GOLD"')).toBe(1);
    expect(await found('search: "0%"')).toBe(1);
    expect(await found('search: "%"')).toBe(1);
    expect(await found('search: "l"')).toBe(2);
    expect(await found('externalId: "crm-1"')).toBe(1);
    expect(await found('created: { from: "2024-01-31T00:00:00Z" }')).toBe(2);
    expect(await found('created: { to: "2024-01-31T00:00:00Z" }')).toBe(0);
    expect(await found('code: "silver"')).toBe(1);
    expect(await found('code: "\\u0000"')).toBe(0);
    const [product] = (await list(tenant, 'products', 'search: "silver"')).nodes;
    expect(await found(`productId: "${String(product?.id)}"`)).toBe(1);
  });

  test('are sorted by name, counted, and found by who is on them; subscriptions by their start', async () => {
    const tenant = await plans.sandbox();
    const [planId, other] = [
      await plans.aPlan(tenant, { name: 'b' }),
      await plans.aPlan(tenant, { name: 'A' }),
    ];
    const customerId = await plans.addCustomer(tenant);
    const subscribe = async (startsOn: string) =>
      (await plans.createSubscription(tenant, { customerId, planId, startsOn }))['subscription'];
    const made = [await subscribe('2024-03-01'), await subscribe('2024-02-01')];
    expect(idsIn(await list(tenant, 'plans', 'orderBy: NAME_ASC'))).toEqual([other, planId]);
    expect(idsIn(await list(tenant, 'plans', `customerId: "${customerId}"`))).toEqual([planId]);
    const sorted = await list(tenant, 'subscriptions', 'orderBy: STARTS_ON_ASC, first: 1');
    expect(sorted.nodes).toMatchObject([{ id: made[1]?.['id'] }]);
    const after = `after: "${sorted.pageInfo.endCursor}"`;
    expect((await list(tenant, 'subscriptions', `orderBy: STARTS_ON_ASC, ${after}`)).nodes).toHaveLength(1);
    const counts = `{ plans(first: 1) { totalCount } subscriptions { totalCount } contracts(planId: "${planId}") { totalCount }
      sorted: contracts(orderBy: ENDS_AT_DESC) { totalCount } }`;
    expect(await plans.ask(backend(tenant), counts)).toEqual({
      ...{ plans: { totalCount: 2 }, subscriptions: { totalCount: 2 } },
      ...{ contracts: { totalCount: 0 }, sorted: { totalCount: 0 } },
    });
  });

  test('take no cursor of another list or order, and no empty one', async () => {
    const tenant = await plans.sandbox();
    await plans.aPlan(tenant);
    const { endCursor } = (await list(tenant, 'products', 'first: 1')).pageInfo;
    const own = (await list(tenant, 'plans', 'first: 1')).pageInfo.endCursor;
    for (const args of [`after: "${endCursor}"`, 'after: ""', `after: "${own}", orderBy: CREATED_AT_DESC`])
      expect(await plans.codeOf(backend(tenant), `{ plans(${args}) { nodes { id } } }`)).toBe(
        'BAD_USER_INPUT',
      );
  });
});

describe('the versions of a plan', () => {
  const versionsOf = async (tenant: TestTenant, args: string) => {
    const query = `{ plans { nodes { versions${args} { id number prices { key } } } } }`;
    const answer = await plans.ask<{
      plans: { nodes: { versions: { id: string; number: number; prices: object[] }[] }[] };
    }>(backend(tenant), query);
    return answer.plans.nodes.map(({ versions }) => versions);
  };

  test('are a page of every plan, which goes on after any of them', async () => {
    const tenant = await plans.sandbox();
    const [first, second] = [await plans.aPlan(tenant), await plans.aPlan(tenant)];
    await publish(tenant, first, 4);
    await publish(tenant, second, 2);
    const newest = await versionsOf(tenant, '(first: 2, orderBy: CREATED_AT_DESC)');
    expect(newest.map((versions) => versions.map(({ number }) => number))).toEqual([
      [5, 4],
      [3, 2],
    ]);
    expect(newest[0]?.[0]?.prices).toHaveLength(1);
    const oldest = await versionsOf(tenant, '(first: 2)');
    expect(oldest.map((versions) => versions.map(({ number }) => number))).toEqual([
      [1, 2],
      [1, 2],
    ]);
    const on = await versionsOf(tenant, `(first: 9, after: "${String(oldest[0]?.[1]?.id)}")`);
    expect(on.map((versions) => versions.map(({ number }) => number))).toEqual([[3, 4, 5], [3]]);
  });

  test('whose terms are more than an answer may hold are not read', async () => {
    const tenant = await plans.sandbox();
    const id = await plans.aPlan(tenant);
    // More than a page of versions, each with large terms.
    await plans.tamper(
      tenant,
      `INSERT INTO {t}.plans_plan_version
         SELECT (jsonb_populate_record(v, jsonb_build_object('id', 'plv_' || lpad(n::text, 26, '0'), 'number', n,
           'entitlements', jsonb_build_array(jsonb_build_object('kind', 'boolean', 'enabled', true, 'feature', repeat('x', 400000)))))).*
         FROM {t}.plans_plan_version v, generate_series(2, 60) n WHERE v.plan_id = $1`,
      id,
    );
    const all = await plans.ask<{ plans: { nodes: [{ versions: object[] }] } }>(
      backend(tenant),
      '{ plans { nodes { versions { number } } } }',
    );
    expect(all.plans.nodes[0].versions).toHaveLength(50);
    const query = '{ plans { nodes { versions { number entitlements { feature } } } } }';
    expect(await plans.codeOf(backend(tenant), query)).toBe('LIMIT_EXCEEDED');
    const few = '{ plans { nodes { versions(first: 5) { entitlements { feature } } } } }';
    await plans.ask(backend(tenant), few);
    const numbers = '{ plans { nodes { versions(first: 200) { number } } } }';
    await plans.ask(backend(tenant), numbers);
  });
});
