import { z } from 'zod';
import { defineEvent } from '@tollgate/contracts/event';
import { instantFromMs } from '@tollgate/kernel/time/time';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TenantTx } from '../src/database/db.js';
import { lock } from '../src/database/lock.js';
import { Retryable } from '../src/base/errors.js';
import { on } from '../src/messaging/consume.js';
import { outgoing, publish } from '../src/messaging/outbox.js';
import { applied, rehearsed } from '../src/messaging/rehearse.js';

const counted = defineEvent({
  owner: 'tenancy',
  type: 'test.counted',
  version: 1,
  schema: z.strictObject({ number: z.int() }),
});

let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
  await platform.db.admin(async (tx) => {
    await tx.query(`CREATE TABLE "${tenant.schema}".noted (number integer PRIMARY KEY)`);
    await tx.query(`GRANT SELECT, INSERT ON "${tenant.schema}".noted TO "${tenant.schema}"`);
  });
});
afterAll(() => platform.destroy());

const numbersIn = async (tx: TenantTx): Promise<readonly number[]> =>
  (await tx.query<{ number: number }>('SELECT number FROM {t}.noted ORDER BY number')).map(
    ({ number }) => number,
  );
const note = (tx: TenantTx, number: number): void => tx.post('INSERT INTO {t}.noted VALUES ($1)', [number]);
const tell = (tx: TenantTx, number: number): Promise<void> =>
  publish(tx, [outgoing(counted, { aggregate: 'numbers', occurredAt: instantFromMs(0), data: { number } })]);
const outboxRows = async (): Promise<unknown> => {
  const rows = await platform.db.read(
    'main',
    'SELECT count(*) AS rows FROM {s}.outbox WHERE tenant_id = $1',
    [tenant.id],
  );
  return rows[0];
};

test('a rehearsal sees what it wrote, and nobody else ever does', async () => {
  const woken: string[] = [];
  const before = await outboxRows();
  const seen = await platform.db.rehearse(tenant.scope, async (tx, { told }) => {
    note(tx, 1);
    tx.onCommit(() => woken.push('never'));
    await tell(tx, 1);
    return { numbers: await numbersIn(tx), told };
  });
  expect(seen.numbers).toEqual([1]);
  expect(seen.told).toMatchObject([{ type: 'test.counted', tenant: tenant.id, data: { number: 1 } }]);
  expect(await platform.db.tenant(tenant.scope, numbersIn)).toEqual([]);
  expect(await outboxRows()).toEqual(before);
  expect(woken).toEqual([]);
});

test('what a rehearsal would tell is taken by the handlers of a consumer, in a rehearsal of its own', async () => {
  const told = await platform.db.rehearse(tenant.scope, async (tx, rehearsal) => {
    await tell(tx, 2);
    await tell(tx, 3);
    return rehearsal.told;
  });
  const consumer = [on(counted, async (tx, { data }) => note(tx, data.number))];
  const numbers = await platform.db.rehearse(tenant.scope, async (tx) => {
    await applied(tx, consumer, told);
    return numbersIn(tx);
  });
  expect(numbers).toEqual([2, 3]);
});

test('a rehearsal looks at one snapshot, and waits for no lock of ours', async () => {
  const key = `${tenant.id}/held`;
  await platform.db.tenant(tenant.scope, async (holder) => {
    lock(holder, 'test', key);
    await numbersIn(holder);
    const numbers = await platform.db.rehearse(tenant.scope, async (tx) => {
      lock(tx, 'test', key);
      const first = await numbersIn(tx);
      await platform.db.workers.tenant(tenant.scope, async (other) => note(other, 4));
      return [first, await numbersIn(tx)];
    });
    expect(numbers).toEqual([[], []]);
  });
  expect(await platform.db.tenant(tenant.scope, numbersIn)).toEqual([4]);
});

test('a rehearsal that lacks something which is not on its way says that it may go well later', async () => {
  let tries = 0;
  const lacking = rehearsed({ db: platform.db, scope: tenant.scope, facts: [] }, async () => {
    tries += 1;
    throw new Retryable('not here yet');
  });
  await expect(lacking).rejects.toThrow('not here yet');
  expect(tries).toBeGreaterThan(1);
});
