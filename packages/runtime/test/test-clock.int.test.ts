import type { Envelope } from '@tollgate/contracts/envelope';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TenantTx } from '../src/database/db.js';
import { newId } from '../src/base/new-id.js';
import { on } from '../src/messaging/consume.js';
import { Inbox } from '../src/messaging/inbox.js';
import { outgoing, publish } from '../src/messaging/outbox.js';
import { claimTimers, dropTimer } from '../src/timers/lease.js';
import { schedule } from '../src/timers/timers.js';
import { clocksOn, FEBRUARY, JANUARY, MARCH } from './clock.js';

let platform: TestPlatform;
let clocks: ReturnType<typeof clocksOn>;
beforeAll(async () => {
  platform = await createTestPlatform();
  clocks = clocksOn(platform);
});
afterAll(async () => {
  await platform.destroy();
});

const customer = {
  customerId: newId('cus'),
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
};
const tell = (tenant: TestTenant) =>
  platform.db.tenant(tenant.scope, async (tx) =>
    publish(tx, [
      outgoing(customerChanged, {
        aggregate: customer.customerId,
        occurredAt: await tx.now(),
        data: customer,
      }),
    ]),
  );
const messagesOf = async (tenant: TestTenant): Promise<Envelope[]> => {
  const rows = await platform.db.read<{ envelope: string }>(
    'main',
    'SELECT envelope FROM {s}.outbox WHERE tenant_id = $1 ORDER BY xid, id',
    [tenant.id],
  );
  return rows.map(({ envelope }) => JSON.parse(envelope) as Envelope);
};
/** As if all consumers but the named ones had taken everything. */
const takenBut = (tenant: TestTenant, ...consumers: string[]) =>
  platform.db.shard('main', (raw) =>
    raw.query('DELETE FROM {s}.clock_pending WHERE tenant_id = $1 AND consumer <> ALL($2)', [
      tenant.id,
      consumers,
    ]),
  );

test('a clock stops at every instant at which something is due, and goes on when that is done', async () => {
  const tenant = await clocks.sandbox();
  const notes: string[] = [];
  const worker = clocks.noting('plans', ['start'], notes);
  await clocks.setting(tenant, [
    { owner: 'plans', kind: 'start', key: 'b', dueAt: MARCH },
    { owner: 'plans', kind: 'start', key: 'a', dueAt: FEBRUARY },
  ]);
  await clocks.aim(tenant, MARCH);
  expect(await clocks.move(tenant)).toBe(true);
  expect(await clocks.nowOf(tenant)).toBe(FEBRUARY);
  expect(await clocks.move(tenant)).toBe(false);
  await worker.fireDue('main');
  expect(await clocks.move(tenant)).toBe(true);
  expect(await clocks.stateOf(tenant)).toMatchObject({ now: MARCH, target: MARCH });
  await worker.fireDue('main');
  expect(await clocks.move(tenant)).toBe(true);
  expect(await clocks.stateOf(tenant)).toMatchObject({ now: MARCH, target: null });
  expect(notes).toEqual(['a 2024-02-01', 'b 2024-03-01']);
});

test('a clock waits for a message until its consumer has taken it, and a redelivery changes nothing', async () => {
  const tenant = await clocks.sandbox();
  await tell(tenant);
  await takenBut(tenant, 'usage');
  await clocks.aim(tenant, FEBRUARY);
  expect(await clocks.move(tenant)).toBe(false);
  const seen: string[] = [];
  const inbox = new Inbox(
    { db: platform.db, log: platform.eventLog, logger: platform.logger, metrics: platform.metrics },
    {
      name: 'usage',
      subscriptions: [
        on(customerChanged, async (tx) => {
          seen.push(await tx.now());
          // What a message causes is waited for from the moment that it is taken.
          if (seen.length === 1)
            await schedule(tx, [{ owner: 'plans', kind: 'start', key: 'caused', dueAt: JANUARY }]);
        }),
      ],
    },
  );
  const records = (await messagesOf(tenant)).map((envelope, index) => ({
    envelope,
    position: { major: BigInt(index + 1), minor: 0n },
  }));
  const batch = { source: newId('evt'), partition: 0, shard: 'main', records };
  await inbox.handle(batch);
  expect(await clocks.move(tenant)).toBe(false);
  await clocks.noting('plans', ['start'], []).fireDue('main');
  await inbox.handle({ ...batch, source: newId('evt') });
  expect(await clocks.move(tenant)).toBe(true);
  expect(seen).toEqual([JANUARY]);
});

test('at one instant the lower rank comes to rest before the next begins, and a customer’s timers go one by one', async () => {
  const tenant = await clocks.sandbox();
  const notes: string[] = [];
  const plans = clocks.noting('plans', ['period_end'], notes);
  const invoices = clocks.noting('invoices', ['finalise'], notes);
  const ends = ['sub_1', 'sub_2', 'sub_3'].map((key, index) => ({
    owner: 'plans',
    kind: 'period_end',
    key,
    series: index < 2 ? 'cus_1' : 'cus_2',
    dueAt: FEBRUARY,
  }));
  await clocks.setting(tenant, [
    ...ends,
    { owner: 'invoices', kind: 'finalise', key: 'inv', dueAt: FEBRUARY },
  ]);
  await clocks.aim(tenant, FEBRUARY);
  await clocks.move(tenant);
  expect(await plans.fireDue('main')).toBe(0);
  expect(await invoices.fireDue('main')).toBe(1);
  // Its invoice is paid for, say.
  await tell(tenant);
  expect(await plans.fireDue('main')).toBe(0);
  await takenBut(tenant);
  expect(await plans.fireDue('main')).toBe(2);
  expect(await plans.fireDue('main')).toBe(1);
  expect(notes).toEqual(['inv 2024-02-01', 'sub_1 2024-02-01 + sub_3 2024-02-01', 'sub_2 2024-02-01']);
  expect(await clocks.move(tenant)).toBe(true);
});

test('a clock waits for work that is leased, and not for what goes on in the background', async () => {
  const tenant = await clocks.sandbox();
  await clocks.setting(tenant, [
    { owner: 'payments', kind: 'step', key: 'pay', dueAt: JANUARY },
    { owner: 'payments', kind: 'look', key: 'look', dueAt: JANUARY, background: true },
  ]);
  await clocks.aim(tenant, FEBRUARY);
  const claim = { owner: 'payments', kind: 'step', limit: 5, leaseS: 60 };
  const [step] = await platform.db.shard('main', (raw) => claimTimers(raw, claim));
  if (step === undefined) throw new Error('the step is due');
  expect(await platform.db.shard('main', (raw) => claimTimers(raw, claim))).toEqual([]);
  expect(await clocks.move(tenant)).toBe(false);
  await platform.db.shard('main', (raw) => dropTimer(raw, step.id));
  expect(await clocks.move(tenant)).toBe(true);
  expect(await clocks.stateOf(tenant)).toMatchObject({ now: FEBRUARY, target: null });
});

test('no clock moves under a transaction that has read it', async () => {
  const tenant = await clocks.sandbox();
  await clocks.aim(tenant, FEBRUARY);
  await platform.db.tenant(tenant.scope, async (tx) => {
    expect(await tx.now()).toBe(JANUARY);
    expect(await clocks.move(tenant)).toBe(false);
  });
  expect(await clocks.move(tenant)).toBe(true);
  await platform.db.tenant(tenant.scope, async (tx) => expect(await tx.now()).toBe(FEBRUARY));
});

test('tenants that are no sandbox write and read nothing of all this', async () => {
  const tenant = await createTestTenant(platform);
  const texts: string[] = [];
  await platform.db.tenant(tenant.scope, async (tx) => {
    const spied: TenantTx = {
      scope: tx.scope,
      placement: tx.placement,
      rehearsal: tx.rehearsal,
      prisma: tx.prisma,
      now: () => tx.now(),
      inScope: (scope) => tx.inScope(scope),
      onCommit: (wake) => tx.onCommit(wake),
      query: (text, params) => {
        texts.push(text);
        return tx.query(text, params);
      },
      post: (text, params, explain) => {
        texts.push(text);
        tx.post(text, params, explain);
      },
    };
    await spied.now();
    await publish(spied, [
      outgoing(customerChanged, { aggregate: customer.customerId, occurredAt: JANUARY, data: customer }),
    ]);
  });
  expect(texts.length).toBe(1);
  expect(texts.join()).not.toMatch(/clock/);
  const rows = await platform.db.read('main', 'SELECT 1 FROM {s}.clock_pending WHERE tenant_id = $1', [
    tenant.id,
  ]);
  expect(rows).toEqual([]);
});
