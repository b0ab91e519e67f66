import { instant } from '@tollgate/kernel/time/time';
import { createTestPlatform, type TestPlatform } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ClockWorker } from '../src/timers/clock-worker.js';
import { clocksOn, FEBRUARY, MARCH } from './clock.js';

let platform: TestPlatform;
let clocks: ReturnType<typeof clocksOn>;
beforeAll(async () => {
  platform = await createTestPlatform();
  clocks = clocksOn(platform);
});
afterAll(async () => {
  await platform.destroy();
});

test('many workers at once move every clock and fire every timer once, each at its instant', async () => {
  const tenants = await Promise.all([clocks.sandbox(), clocks.sandbox(), clocks.sandbox()]);
  const days = Array.from({ length: 10 }, (_, day) => instant(`2024-02-${String(day + 10)}T00:00:00.000Z`));
  for (const tenant of tenants) {
    await clocks.setting(
      tenant,
      days.map((dueAt) => ({
        owner: 'plans',
        kind: 'start',
        key: `${tenant.id} ${dueAt.slice(0, 10)}`,
        dueAt,
      })),
    );
    await clocks.aim(tenant, MARCH);
  }
  const notes: string[] = [];
  const { db, logger } = platform;
  const tell = async (): Promise<void> => undefined;
  const workers = [
    ...[1, 2, 3].map(() => new ClockWorker({ db, logger, tell })),
    ...[1, 2].map(() => clocks.noting('plans', ['start'], notes)),
  ];
  for (const worker of workers) worker.start();
  for (const tenant of tenants)
    await waitFor('the clock to arrive', async () => (await clocks.stateOf(tenant))?.target === null);
  await Promise.all(workers.map((worker) => worker.stop()));
  for (const tenant of tenants) {
    const own = notes.filter((note) => note.startsWith(tenant.id));
    expect(own).toEqual(days.map((day) => `${tenant.id} ${day.slice(0, 10)} ${day.slice(0, 10)}`));
  }
});

test('a clock is taken further by another worker, and whoever cannot be told holds nobody up', async () => {
  const tenant = await clocks.sandbox();
  await clocks.setting(tenant, [{ owner: 'plans', kind: 'start', key: 'a', dueAt: FEBRUARY }]);
  await clocks.aim(tenant, MARCH);
  const { db, logger } = platform;
  const dying = new ClockWorker({
    db,
    logger,
    tell: async () => {
      throw new Error('nobody can be reached');
    },
  });
  dying.start();
  await waitFor('the first instant', async () => (await clocks.nowOf(tenant)) === FEBRUARY);
  await dying.stop();
  await clocks.noting('plans', ['start'], []).fireDue('main');
  const told: string[] = [];
  const next = new ClockWorker({ db, logger, tell: async (id) => void told.push(id) });
  next.start();
  await waitFor('the clock to arrive', async () => (await clocks.stateOf(tenant))?.target === null);
  await waitFor('the news', () => told.includes(tenant.id));
  await next.stop();
  expect(await clocks.nowOf(tenant)).toBe(MARCH);
});
