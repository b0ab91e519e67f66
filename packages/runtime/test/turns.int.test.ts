import { newId } from '../src/base/new-id.js';
import { TIMER_BATCH_MAX } from '../src/timers/timers.js';
import { TimerWorker } from '../src/timers/worker.js';
import { createTestPlatform, type TestPlatform } from '@tollgate/testing/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clocksOn, FEBRUARY, MARCH } from './clock.js';

const MANY = 2 * TIMER_BATCH_MAX + 100;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await createTestPlatform();
});
afterAll(async () => {
  await platform.destroy();
});

test('timers of one turn fire while what the first have caused is under way; the next of a series waits for that', async () => {
  const clocks = clocksOn(platform);
  const tenant = await clocks.sandbox();
  const of = { owner: 'plans', kind: 'start', dueAt: FEBRUARY };
  const firsts = Array.from({ length: MANY }, (_, place) => ({
    ...of,
    key: `a ${place}`,
    series: `${place}`,
  }));
  await clocks.setting(tenant, [...firsts, { ...of, key: 'b', series: '0' }]);
  await clocks.aim(tenant, MARCH);
  await clocks.move(tenant);
  const messageId = newId('evt');
  const batches: number[] = [];
  const worker = new TimerWorker(platform, 'plans', {
    start: async (_tx, due) => {
      batches.push(due.length);
      if (batches.length > 1) return;
      await platform.db.shard('main', async (raw) =>
        raw.post('INSERT INTO {s}.clock_pending (tenant_id, consumer, message_id) VALUES ($1, $2, $3)', [
          tenant.id,
          'somebody',
          messageId,
        ]),
      );
    },
  });
  expect(await worker.fireDue('main')).toBe(MANY);
  expect(batches).toEqual([TIMER_BATCH_MAX, TIMER_BATCH_MAX, 100]);
  expect(await worker.fireDue('main')).toBe(0);
  await platform.db.shard('main', async (raw) =>
    raw.post('DELETE FROM {s}.clock_pending WHERE message_id = $1', [messageId]),
  );
  expect(await worker.fireDue('main')).toBe(1);
});

test('a batch of a turn that fails leaves the others of the turn as they are, and the culprit is found', async () => {
  const clocks = clocksOn(platform);
  const tenant = await clocks.sandbox();
  const of = { owner: 'plans', kind: 'start', dueAt: FEBRUARY };
  const keys = Array.from({ length: MANY }, (_, place) => `${1_000_000 + place}`);
  const bad = keys[TIMER_BATCH_MAX + 7];
  await clocks.setting(
    tenant,
    keys.map((key) => ({ ...of, key })),
  );
  await clocks.aim(tenant, MARCH);
  await clocks.move(tenant);
  const fired: string[] = [];
  const worker = new TimerWorker(platform, 'plans', {
    start: async (_tx, due) => {
      if (due.some(({ key }) => key === bad)) throw new Error('this one never works');
      fired.push(...due.map(({ key }) => key));
    },
  });
  for (let round = 0; round < 6; round += 1) await worker.fireDue('main');
  expect(fired).toHaveLength(MANY - 1);
  expect(new Set(fired).size).toBe(MANY - 1);
});

test('two kinds of timers in one series fire one after the other, whichever kind comes first', async () => {
  const clocks = clocksOn(platform);
  for (const kinds of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    const tenant = await clocks.sandbox();
    const of = { owner: 'two', series: 'one', dueAt: FEBRUARY };
    await clocks.setting(
      tenant,
      kinds.map((kind, place) => ({ ...of, kind, key: `${place}` })),
    );
    await clocks.aim(tenant, MARCH);
    await clocks.move(tenant);
    const fired: string[] = [];
    const note = (kind: string) => async () => void fired.push(kind);
    const worker = new TimerWorker(platform, 'two', { a: note('a'), b: note('b') });
    for (let round = 0; round < 2; round += 1) await worker.fireDue('main');
    expect(fired).toEqual(kinds);
  }
});
