import { afterAll, beforeAll, expect, test } from 'vitest';
import { accept } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { instant } from '@tollgate/kernel/time/time';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { VersionConflict } from '../src/base/errors.js';
import { newId } from '../src/base/new-id.js';
import { aggregate } from '../src/command/aggregate.js';
import { append } from '../src/journal/journal.js';

interface Jar {
  readonly sweets: bigint;
}
interface SweetsPut {
  readonly type: 'SweetsPut';
  readonly count: bigint;
  readonly label: string;
}

const decider: Decider<Jar, bigint, SweetsPut, never> = {
  initial: { sweets: 0n },
  decide: (count) => accept({ type: 'SweetsPut', count, label: LABEL }),
  evolve: ({ sweets }, { count }) => ({ sweets: sweets + count }),
};
/** Many of them are more than waits for the next write. */
const LABEL = 'with "quotes", a \\ and ü '.repeat(40);
const MANY = 250;

const jars = aggregate({
  name: 'jar',
  idPrefix: 'prd',
  decider,
  projections: [
    {
      table: 'jar',
      key: ['id'],
      columns: ['id', 'sweets', 'shelf'],
      rows: ({ sweets }, { id }) => [{ id, sweets: sweets.toString(), shelf: 'top' }],
    },
  ],
  weightOf: () => 1,
});

const AT = instant('2024-01-01T00:00:00.000Z');
let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
  await shelve(tenant);
});
afterAll(async () => {
  await platform.destroy();
});

/** The table that shows jars. */
const shelve = ({ schema }: TestTenant) =>
  platform.db.admin(async (tx) => {
    await tx.query(`CREATE TABLE "${schema}".jar (id text PRIMARY KEY, sweets numeric, shelf text)`);
    await tx.query(`GRANT SELECT, INSERT, UPDATE ON "${schema}".jar TO "${schema}"`);
  });

const rowOf = async (id: string) => {
  const rows = await platform.db.tenant(tenant.scope, (tx) =>
    tx.query('SELECT sweets::text, shelf FROM {t}.jar WHERE id = $1', [id]),
  );
  return rows[0];
};

const moveRow = (id: string) =>
  platform.db.tenant(tenant.scope, (tx) =>
    tx.query(`UPDATE {t}.jar SET shelf = 'bottom', sweets = -1 WHERE id = $1`, [id]),
  );

const load = (id: string, of = tenant) => platform.db.tenant(of.scope, (tx) => jars.loadOne(tx, id));

const put = (ids: readonly string[], then: () => Promise<void> = () => Promise.resolve(), of = tenant) =>
  platform.db.tenant(of.scope, async (tx) => {
    const loaded = await jars.load(tx, ids);
    const changes = ids.flatMap((id) => {
      const decided = jars.decide(loaded.get(id) ?? jars.fresh(id), 1n, AT);
      return decided.ok ? [decided.change] : [];
    });
    await jars.record(tx, changes);
    await then();
  });

/** Somebody who keeps nothing here, another process say. */
const putElsewhere = (id: string, expectedVersion: number) =>
  platform.db.tenant({ ...tenant.scope, cause: 'elsewhere' }, async (tx) => {
    const events = [{ type: 'SweetsPut', count: 10n, label: '' }];
    await append(tx, [{ stream: id, expectedVersion, events, occurredAt: AT }]);
  });

test('what was committed is in hand, and not read again', async () => {
  const id = newId('prd');
  await put([id]);
  const first = await load(id);
  expect(first).toMatchObject({ version: 1, state: { sweets: 1n } });
  expect(await load(id)).toBe(first);
});

test('what was rolled back is not', async () => {
  const id = newId('prd');
  await put([id]);
  await expect(put([id], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await load(id)).toMatchObject({ version: 1, state: { sweets: 1n } });
  await putElsewhere(id, 1);
  expect(await load(id)).toMatchObject({ version: 2, state: { sweets: 11n } });
});

test('what somebody else has written since is read, and written on', async () => {
  const [id, other] = [newId('prd'), newId('prd')];
  await put([id, other]);
  await putElsewhere(id, 1);
  await put([id, other]);
  expect(await load(id)).toMatchObject({ version: 3, state: { sweets: 12n } });
  expect(await load(other)).toMatchObject({ version: 2, state: { sweets: 2n } });
});

test('another event of the same version, as after a restore, is another one', async () => {
  const id = newId('prd');
  await put([id]);
  const event = `"${tenant.schema}".event`;
  await platform.db.admin((tx) => tx.query(`DELETE FROM ${event} WHERE stream = $1`, [id]));
  await putElsewhere(id, 0);
  expect(await load(id)).toMatchObject({ version: 1, state: { sweets: 10n } });
});

test('another tenant has nothing of it', async () => {
  const id = newId('prd');
  await put([id]);
  const stranger = await createTestTenant(platform);
  expect(await load(id, stranger)).toMatchObject({ version: 0 });
});

test('many are written while the last are made, or none', async () => {
  const ids = Array.from({ length: MANY }, () => newId('prd'));
  await put(ids);
  const read = await platform.db.tenant(tenant.scope, (tx) =>
    tx.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM {t}.event WHERE stream = ANY($1) AND data->>'label' = $2`,
      [ids, LABEL],
    ),
  );
  expect(read).toEqual([{ n: MANY }]);

  const [first = ''] = ids;
  const stale = platform.db.tenant(tenant.scope, async (tx) => {
    const events = [{ type: 'SweetsPut', count: 1n, label: LABEL }];
    const appends = ids.map((stream) => ({ stream, expectedVersion: 1, events, occurredAt: AT }));
    await append(tx, [{ ...(appends[0] ?? fail()), expectedVersion: 0 }, ...appends.slice(1)]);
  });
  await expect(stale).rejects.toBeInstanceOf(VersionConflict);
  expect(await load(first)).toMatchObject({ version: 1 });
  expect(await load(ids.at(-1) ?? '')).toMatchObject({ version: 1 });
});

function fail(): never {
  throw new Error('there is one');
}

test('of a row that this process wrote, what differs is written; of one that others may have, all', async () => {
  const id = newId('prd');
  await put([id]);
  await moveRow(id);
  await put([id]);
  expect(await rowOf(id)).toEqual({ sweets: '2', shelf: 'bottom' });
  await putElsewhere(id, 2);
  await put([id]);
  expect(await rowOf(id)).toEqual({ sweets: '13', shelf: 'top' });
});

test('a row that is changed twice in one transaction has the last of both', async () => {
  const id = newId('prd');
  await put([id]);
  await platform.db.tenant(tenant.scope, async (tx) => {
    const first = jars.decide(await jars.loadOne(tx, id), 1n, AT);
    const second = first.ok ? jars.decide(first.change.after, 1n, AT) : first;
    await jars.record(tx, first.ok && second.ok ? [first.change, second.change] : []);
  });
  expect(await rowOf(id)).toEqual({ sweets: '3', shelf: 'top' });
});
