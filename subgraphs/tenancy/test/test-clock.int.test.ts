import { afterAll, beforeAll, expect, test } from 'vitest';
import { testClockChannel } from '@tollgate/contracts/live';
import { newId } from '@tollgate/runtime/base/new-id';
import { wakeClocks } from '@tollgate/runtime/base/wake';
import { ClockWorker } from '@tollgate/runtime/timers/clock-worker';
import { backend, portal } from '@tollgate/testing/callers';
import { createTestTenant, type TestTenant } from '@tollgate/testing/stack';
import { startBench, type Bench } from '@tollgate/testing/subgraph';
import { waitFor } from '@tollgate/testing/waiting';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { create } from '../src/main.js';

const JANUARY = '2024-01-01T00:00:00.000Z';
const FEBRUARY = '2024-02-01T00:00:00.000Z';
const MARCH = '2024-03-01T00:00:00.000Z';
const CUSTOMER = newId('cus');
const CLOCK = '{ testClock { now target status waitsFor } }';

let bench: Bench;
let clocks: ClockWorker;

beforeAll(async () => {
  bench = await startBench(create, {
    environment: {
      API_KEY_SECRET: 'api-key-secret-0123456789-0123456789',
      PORTAL_TOKEN_SECRET: 'portal-token-secret-0123456789-0123456789',
    },
  });
  const { db, live, logger } = bench.platform;
  clocks = new ClockWorker({ db, logger, tell: (tenantId) => live.publish(testClockChannel(tenantId), '') });
  clocks.start();
});
afterAll(async () => {
  await clocks.stop();
  await bench.stop();
});

const advance = (tenant: TestTenant, to: string, idempotencyKey?: string) =>
  bench.command<{ testClock: object }>(backend(tenant), {
    name: 'advanceTestClock',
    input: { to, idempotencyKey },
    selected:
      '... on TestClockAdvanced { testClock { now target status } } ... on ClockGoesBackwards { now }',
  });

const clockOf = async (tenant: TestTenant) =>
  (await bench.ask<{ testClock: { status: string; now: string } }>(backend(tenant), CLOCK)).testClock;

const arrived = (tenant: TestTenant) =>
  waitFor('the clock to arrive', async () => (await clockOf(tenant)).status === 'IDLE');

/** A message that other subgraphs take, none of which runs here. */
const told = (tenant: TestTenant) =>
  bench.tell(tenant, customerChanged, {
    aggregate: CUSTOMER,
    data: {
      customerId: CUSTOMER,
      revision: 1,
      name: 'Ada',
      email: null,
      country: 'DE',
      timeZone: 'UTC',
      currency: 'EUR',
      taxId: null,
      address: null,
      externalId: null,
      createdOn: '2024-01-01',
    },
  });

const taken = (tenant: TestTenant) =>
  bench.platform.db.shard('main', async (raw) => {
    await raw.query('DELETE FROM {s}.clock_pending WHERE tenant_id = $1', [tenant.id]);
    raw.onCommit(wakeClocks);
  });

test('a clock answers at once and goes on when everybody has taken what was told', async () => {
  const tenant = await createTestTenant(bench.platform, { nowAt: JANUARY });
  expect(await clockOf(tenant)).toEqual({ now: JANUARY, target: null, status: 'IDLE', waitsFor: null });
  await told(tenant);
  expect(await clockOf(tenant)).toMatchObject({ status: 'SETTLING' });
  const sent = { now: JANUARY, target: FEBRUARY, status: 'ADVANCING' };
  expect(await advance(tenant, FEBRUARY)).toEqual({ __typename: 'TestClockAdvanced', testClock: sent });
  expect(await clockOf(tenant)).toEqual({ ...sent, waitsFor: null });
  await taken(tenant);
  await arrived(tenant);
  expect(await clockOf(tenant)).toMatchObject({ now: FEBRUARY, target: null });
});

test('a clock that is on its way goes further when it is told so, and never back', async () => {
  const tenant = await createTestTenant(bench.platform, { nowAt: JANUARY });
  await told(tenant);
  await advance(tenant, FEBRUARY);
  expect(await advance(tenant, MARCH)).toMatchObject({ testClock: { now: JANUARY, target: MARCH } });
  expect(await advance(tenant, FEBRUARY)).toMatchObject({ __typename: 'ClockGoesBackwards', now: JANUARY });
  await taken(tenant);
  await arrived(tenant);
  expect(await clockOf(tenant)).toMatchObject({ now: MARCH });
  expect(await advance(tenant, FEBRUARY)).toMatchObject({ __typename: 'ClockGoesBackwards', now: MARCH });
});

test('whoever watches a clock sees it on its way and sees it arrive', async () => {
  const tenant = await createTestTenant(bench.platform, { nowAt: JANUARY });
  await told(tenant);
  const watched = await bench.live(backend(tenant), 'subscription { testClockUpdated { now status } }');
  const next = async () => (await watched.next()).value.data?.['testClockUpdated'];
  expect(await next()).toEqual({ now: JANUARY, status: 'SETTLING' });
  await advance(tenant, FEBRUARY);
  await taken(tenant);
  let seen = await next();
  while (seen?.['status'] !== 'IDLE') seen = await next();
  expect(seen).toEqual({ now: FEBRUARY, status: 'IDLE' });
  await watched.return?.();
});

test('a clock is stuck behind a dead letter and says so', async () => {
  const tenant = await createTestTenant(bench.platform, { nowAt: JANUARY });
  await told(tenant);
  await bench.platform.db.shard('main', (raw) =>
    raw.query(
      `INSERT INTO {s}.dead_letter (consumer, message_id, tenant_id, envelope, error)
       SELECT consumer, message_id, tenant_id, '{}', 'this never works' FROM {s}.clock_pending
       WHERE tenant_id = $1 AND consumer = 'payments'`,
      [tenant.id],
    ),
  );
  await advance(tenant, FEBRUARY);
  expect(await clockOf(tenant)).toEqual({
    now: JANUARY,
    target: FEBRUARY,
    status: 'STUCK',
    waitsFor: 'Consumer payments fails with a message (tries: 1): this never works',
  });
});

test('a tenant that is no sandbox has no clock, and a customer sees none', async () => {
  const tenant = await createTestTenant(bench.platform);
  expect(await clockOf(tenant)).toBeNull();
  expect(await advance(tenant, FEBRUARY)).toMatchObject({ __typename: 'NotASandbox' });
  expect(await bench.codeOf(portal(tenant, 'cus_1'), CLOCK)).toBe('FORBIDDEN');
});

test('a key sends the clock on its way once: the same again is no step back, another time a conflict', async () => {
  const tenant = await createTestTenant(bench.platform, { nowAt: JANUARY });
  const first = await advance(tenant, FEBRUARY, 'k1');
  expect(first).toMatchObject({ __typename: 'TestClockAdvanced' });
  expect(await advance(tenant, MARCH)).toMatchObject({ __typename: 'TestClockAdvanced' });
  expect(await advance(tenant, FEBRUARY)).toMatchObject({ __typename: 'ClockGoesBackwards' });
  expect(await advance(tenant, FEBRUARY, 'k1')).toMatchObject({ __typename: 'TestClockAdvanced' });
  expect(await advance(tenant, MARCH, 'k1')).toMatchObject({ __typename: 'IdempotencyConflict' });
  expect(await advance(tenant, MARCH, '')).toMatchObject({ __typename: 'InvalidInput' });
  await arrived(tenant);
  expect(await clockOf(tenant)).toMatchObject({ now: MARCH });
});
