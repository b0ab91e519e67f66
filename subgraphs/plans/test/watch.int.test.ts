import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestTenant } from '@tollgate/testing/stack';
import { watchSubscriptions } from '../src/subscription/live.js';
import { startPlans, type Data, type PlansBench } from './harness.js';

let plans: PlansBench;

beforeAll(async () => {
  plans = await startPlans();
});
afterAll(() => plans.stop());

/** A watcher of one customer or of all, which goes on after a break or begins. */
const watched = (own: TestTenant, customerId: string | null, resumesSinceMs: number | null = null) =>
  watchSubscriptions({
    db: plans.platform.db,
    live: plans.platform.live,
    scope: own.scope,
    customerId,
    resumesSinceMs,
  });

async function subscribed(own: TestTenant, customerId: string): Promise<string> {
  const answer = await plans.createSubscription(own, { customerId, planId: await plans.aPlan(own) });
  return (answer as unknown as Data)['subscription']?.['id'] as string;
}

test('a watcher of a customer gets its subscriptions first, and then each change once', async () => {
  const own = await plans.sandbox();
  const customerId = await plans.addCustomer(own);
  const id = await subscribed(own, customerId);
  const updates = watched(own, customerId);
  expect((await updates.next()).value).toMatchObject({ id, status: 'ACTIVE' });
  await plans.cancelSubscription(own, { subscriptionId: id, when: 'PERIOD_END' });
  expect((await updates.next()).value).toMatchObject({ id, status: 'CANCELLING' });
  await plans.cancelSubscription(own, { subscriptionId: id, when: 'NOW' });
  expect((await updates.next()).value).toMatchObject({ id, status: 'ENDED' });
  await updates.return?.();
});

test('a watcher of a customer hears nothing of the others', async () => {
  const own = await plans.sandbox();
  const [mine, theirs] = [await plans.addCustomer(own), await plans.addCustomer(own)];
  const updates = watched(own, mine);
  const first = updates.next();
  await subscribed(own, theirs);
  const id = await subscribed(own, mine);
  expect((await first).value).toMatchObject({ id, customer_id: mine });
  await updates.return?.();
});

test('a watcher of all customers that was cut off hears what changed meanwhile, and nothing older', async () => {
  const own = await plans.sandbox();
  const [quiet, changed] = [await plans.addCustomer(own), await plans.addCustomer(own)];
  await subscribed(own, quiet);
  const id = await subscribed(own, changed);
  await plans.quiet();
  const cutOffMs = Date.now();
  await plans.cancelSubscription(own, { subscriptionId: id, when: 'PERIOD_END' });
  const updates = watched(own, null, cutOffMs);
  expect((await updates.next()).value).toMatchObject({ id, status: 'CANCELLING' });
  const later = await subscribed(own, quiet);
  expect((await updates.next()).value).toMatchObject({ id: later });
  await updates.return?.();
});
