import { afterAll, beforeAll, expect, test } from 'vitest';
import { renewLease } from '@tollgate/runtime/timers/lease';
import { stopCollecting } from '../src/payment/handlers/collect.js';
import { NOW } from './collecting.js';
import { invoiceOf, startStepping, type Stepping } from './stepping.js';

let stepping: Stepping;
beforeAll(async () => {
  stepping = await startStepping();
});
afterAll(async () => {
  await stepping.world.stop();
});

test('a step that is being done stays with its worker, and one whose worker died is soon free again', async () => {
  await stepping.started({ stripe: 'pm_card_visa' });
  const step = await stepping.nextStep();
  const freeAfterS = async () => {
    const [row] = await stepping.world.platform.db.read<{ left: number }>(
      'main',
      `SELECT extract(epoch FROM retry_at - clock_timestamp())::float8 AS left FROM {s}.timer WHERE id = $1`,
      [step.id],
    );
    return row?.left ?? 0;
  };
  // A worker that died does not renew: the lease alone keeps the step, and that is short.
  expect(await freeAfterS()).toBeLessThan(15);
  await stepping.world.platform.db.shard('main', (raw) => renewLease(raw, step.id, 100));
  expect(await freeAfterS()).toBeGreaterThan(90);
  await stepping.world.platform.db.shard('main', (raw) => renewLease(raw, step.id, 1));
  expect(await freeAfterS()).toBeGreaterThan(90);
  expect(await stepping.collector.claim('main', 8)).toEqual([]);
  await stepping.runAll();
});

test('a round over the providers comes with the tenant’s clock, the release of a hold with the system’s', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_unreachable' });
  const db = stepping.world.platform.db;
  const moveClock = (to: string) =>
    db.shard('main', (raw) =>
      raw.query('UPDATE {s}.tenant_clock SET now_at = $2 WHERE tenant_id = $1', [
        stepping.world.tenant.id,
        to,
      ]),
    );
  for (let tries = 0; tries < 2; tries += 1) await stepping.collector.run(await stepping.nextStep());
  const waiting = await db.read<{ due_at: string; background: boolean }>(
    'main',
    'SELECT due_at, background FROM {s}.timer ORDER BY background',
  );
  expect(waiting.map(({ background }) => background)).toEqual([false, true]);
  expect(waiting[0]?.due_at).toBe('2024-02-01T00:01:00.000Z');
  expect(await stepping.collector.claim('main', 8)).toEqual([]);
  await moveClock('2024-02-01T00:01:00.000Z');
  const claimed = await stepping.collector.claim('main', 8);
  expect(claimed.map(({ payload }) => payload.step)).toEqual(['authorise']);
  await moveClock(NOW);
  await stepping.inTenant((tx) => stopCollecting(tx, invoiceOf(invoice, 'void')));
  await stepping.runAll();
});
