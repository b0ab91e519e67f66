import { afterAll, beforeAll, expect, test } from 'vitest';
import { renewLease } from '@tollgate/runtime/timers/lease';
import { stopCollecting } from '../src/payment/handlers/collect.js';
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

test('a round over providers that cannot be reached and the release of a hold come with the system’s clock', async () => {
  const invoice = await stepping.started({ stripe: 'pm_card_unreachable' });
  const db = stepping.world.platform.db;
  for (let tries = 0; tries < 2; tries += 1) await stepping.collector.run(await stepping.nextStep());
  const waiting = await db.read<{ background: boolean; later: boolean }>(
    'main',
    'SELECT background, due_at > clock_timestamp() AS later FROM {s}.timer',
  );
  // No test clock waits for them.
  expect(waiting).toEqual([
    { background: true, later: true },
    { background: true, later: true },
  ]);
  expect(await stepping.collector.claim('main', 8)).toEqual([]);
  await stepping.inTenant((tx) => stopCollecting(tx, [invoiceOf(invoice, 'void')]));
  await stepping.runAll();
});
