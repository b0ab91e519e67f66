import { afterAll, beforeAll, expect, test } from 'vitest';
import { decode } from '@tollgate/contracts/event';
import { planVersionPublished } from '@tollgate/contracts/plans/version';
import { meterCreated } from '@tollgate/contracts/usage/meter';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { backend } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { startPlans, type PlansBench } from './harness.js';

const METERS = 2_000;
const CURRENCIES = ['USD', 'EUR', 'GBP', 'JPY', 'BRL'];

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

/** Makes meters, many at once. */
const PLAIN = { groupBy: [], window: null, windowCombine: null, subscriptionProperty: null };

const addMeters = async (tenant: TestTenant, count: number): Promise<string[]> => {
  const read = { eventType: 'sms', aggregation: 'sum', property: 'parts', rounding: null } as const;
  const data = Array.from({ length: count }, (_, n) => {
    return { meterId: newId('mtr'), code: `route-${n}`, name: `Route ${n}`, filters: [], ...read, ...PLAIN };
  });
  await plans.platform.db.tenant(tenant.scope, async (tx) => {
    const occurredAt = await tx.now();
    const told = data.map((one) => outgoing(meterCreated, { aggregate: one.meterId, occurredAt, data: one }));
    await publish(tx, told);
  });
  return data.map(({ meterId }) => meterId);
};

interface Page {
  readonly plan: {
    readonly version: { readonly prices: readonly { readonly id: string; readonly key: string }[] };
  };
}

test('a version has 10,000 prices of 2,000 meters: told in parts, read in pages, subscribed to', async () => {
  const tenant = await plans.sandbox();
  const meters = await addMeters(tenant, METERS);
  const prices = meters.flatMap((meterId, n) =>
    CURRENCIES.map((currency) => ({
      ...{ key: `route-${n}`, currency, meterId, price: { perUnit: { unitAmount: `0.0${n + 1}` } } },
    })),
  );
  const input = { name: 'World', code: 'world', interval: 'MONTH', prices };
  const thresholds = [{ currency: 'USD', amounts: ['100', '200'], recurringStep: '500' }];
  const made = `... on PlanCreated { plan { id version { priceCount thresholds { currency amounts recurringStep } } } }
    ... on InvalidInput { field message }`;
  const answer = await plans.run(tenant, 'createPlan', made, { ...input, thresholds });
  expect(answer).toMatchObject({
    plan: { version: { priceCount: 10_000, thresholds: [{ currency: 'USD', amounts: ['100', '200'] }] } },
  });
  const planId = (answer as unknown as { plan: { id: string } }).plan.id;

  const told = (await plans.published(tenant, 'plan.version_published')).map(
    (one) => decode(planVersionPublished, one).data,
  );
  expect(told.map(({ part }) => part)).toEqual(told.map((_, part) => part));
  expect(new Set(told.map(({ parts }) => parts))).toEqual(new Set([told.length]));
  expect(told.flatMap((one) => one.prices).map(({ key, currency }) => `${key} ${currency}`)).toEqual(
    prices.map(({ key, currency }) => `${key} ${currency}`),
  );

  const page = async (args: string) => {
    const query = `query($id: ID!) { plan(id: $id) { version { prices(${args}) { id key } } } }`;
    return (await plans.ask<Page>(backend(tenant), query, { id: planId })).plan.version.prices;
  };
  const first = await page('first: 200, currency: "GBP"');
  const second = await page(`first: 200, currency: "GBP", after: "${String(first.at(-1)?.id)}"`);
  expect([...first, ...second].map(({ key }) => key)).toEqual(
    Array.from({ length: 400 }, (_, n) => `route-${n}`),
  );
  expect(await page(`after: "${newId('prc')}"`)).toEqual([]);

  const customerId = await plans.addCustomer(tenant);
  expect(await plans.createSubscription(tenant, { customerId, planId })).toMatchObject({
    __typename: 'SubscriptionCreated',
  });
  expect(await plans.catalogueDrift(tenant)).toEqual([]);
}, 60_000);

test('thresholds that make no sense are rejected with their place', async () => {
  const tenant = await plans.sandbox();
  const field = async (...thresholds: object[]) => {
    const price = { key: 'fee', currency: 'USD', price: { flat: { flatAmount: '1' } } };
    const input = { name: 'P', code: newId('pln'), interval: 'MONTH', prices: [price], thresholds };
    return ((await plans.createPlan(tenant, input)) as unknown as { field?: string }).field;
  };
  const usd = { currency: 'USD', amounts: ['50'] };
  expect(await field(usd)).toBeUndefined();
  expect(await field(usd, usd)).toBe('input.thresholds[1].currency');
  expect(await field({ ...usd, amounts: [] })).toBe('input.thresholds[0].amounts');
  expect(await field({ ...usd, amounts: ['50', '50'] })).toBe('input.thresholds[0].amounts[1]');
  expect(await field({ ...usd, amounts: ['0'] })).toBe('input.thresholds[0].amounts[0]');
  expect(await field({ ...usd, recurringStep: '-1' })).toBe('input.thresholds[0].recurringStep');
});
