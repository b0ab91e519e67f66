import { afterAll, beforeAll, expect, test } from 'vitest';
import { accept, reject } from '@tollgate/kernel/decision';
import type { Decider } from '@tollgate/kernel/decider';
import { instant } from '@tollgate/kernel/time/time';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { newId } from '../src/base/new-id.js';
import { aggregate } from '../src/command/aggregate.js';
import type { Difference } from '../src/command/rebuild.js';
import type { TenantTx } from '../src/database/db.js';

/** A jar of sweets: what goes in and out, each kind in a row of its own. */
interface Jar {
  readonly status: 'none' | 'open' | 'shut';
  readonly sweets: Readonly<Record<string, bigint>>;
}
type JarEvent =
  | { readonly type: 'JarOpened' }
  | { readonly type: 'SweetsPut'; readonly kind: string; readonly count: bigint }
  | { readonly type: 'JarShut' };
type JarCommand =
  { readonly type: 'Put'; readonly kind: string; readonly count: bigint } | { readonly type: 'Shut' };

const decider: Decider<
  Jar,
  JarCommand,
  JarEvent,
  { readonly reason: 'JarIsShut'; readonly message: string }
> = {
  initial: { status: 'none', sweets: {} },
  decide: (command, jar) => {
    if (jar.status === 'shut') return reject({ reason: 'JarIsShut', message: 'It is shut.' });
    if (command.type === 'Shut') return accept({ type: 'JarShut' });
    const put = { type: 'SweetsPut', kind: command.kind, count: command.count } as const;
    return jar.status === 'none' ? accept<JarEvent>({ type: 'JarOpened' }, put) : accept(put);
  },
  evolve: (jar, event) => {
    if (event.type === 'JarOpened') return { ...jar, status: 'open' };
    if (event.type === 'JarShut') return { status: 'shut', sweets: {} };
    const count = (jar.sweets[event.kind] ?? 0n) + event.count;
    return { ...jar, sweets: { ...jar.sweets, [event.kind]: count } };
  },
};

const jars = aggregate({
  name: 'jar',
  idPrefix: 'prd',
  decider,
  projections: [
    {
      table: 'test_jar',
      key: ['id'],
      columns: ['id', 'version', 'status', 'seen_at'],
      rows: ({ status }, { id, version }) =>
        status === 'none' ? [] : [{ id, version, status, seen_at: '2024-01-01T02:00:00+02:00' }],
    },
    {
      table: 'test_sweets',
      key: ['jar_id', 'kind'],
      owner: 'jar_id',
      columns: ['jar_id', 'kind', 'count'],
      rows: ({ sweets }, { id }) =>
        Object.entries(sweets).map(([kind, count]) => ({ jar_id: id, kind, count: count.toString() })),
    },
  ],
});

const AT = instant('2024-01-01T00:00:00.000Z');
let platform: TestPlatform;
let tenant: TestTenant;

beforeAll(async () => {
  platform = await createTestPlatform();
  tenant = await createTestTenant(platform);
  const t = `"${tenant.schema}"`;
  await platform.db.admin(async (tx) => {
    await tx.query(
      `CREATE TABLE ${t}.test_jar (id text PRIMARY KEY, version int, status text, seen_at timestamptz, note text)`,
    );
    await tx.query(
      `CREATE TABLE ${t}.test_sweets (jar_id text, kind text, count numeric, PRIMARY KEY (jar_id, kind))`,
    );
    await tx.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${t}.test_jar, ${t}.test_sweets TO ${t}`);
  });
});
afterAll(async () => {
  await platform.destroy();
});

const inTenant = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> =>
  platform.db.tenant(tenant.scope, work);

const put = (id: string, ...commands: readonly JarCommand[]) =>
  inTenant(async (tx) => {
    let loaded = await jars.loadOne(tx, id);
    const changes = commands.map((command) => {
      const decided = jars.decide(loaded, command, AT);
      if (!decided.ok) throw new Error(decided.rejection.reason);
      loaded = decided.change.after;
      return decided.change;
    });
    await jars.record(tx, changes);
  });

const check = async (repair = false): Promise<{ streams: number; differences: Difference[] }> => {
  const found: Difference[] = [];
  let streams = 0;
  for (let after: string | null = null, first = true; first || after !== null; first = false) {
    const page: Awaited<ReturnType<typeof jars.check>> = await inTenant((tx) =>
      jars.check(tx, { after, limit: 2, repair }),
    );
    streams += page.streams;
    found.push(...page.differences);
    after = page.next;
  }
  return { streams, differences: found };
};

const ids = Array.from({ length: 5 }, () => newId('prd')).sort();
const [first = '', second = '', third = ''] = ids;

test('what was decided stands in the journal, in every row, and is loaded again', async () => {
  for (const id of ids)
    await put(id, { type: 'Put', kind: 'mint', count: 2n }, { type: 'Put', kind: 'mint', count: 10n ** 20n });
  await put(third, { type: 'Put', kind: 'lemon', count: 1n });
  const loaded = await inTenant((tx) => jars.loadOne(tx, third));
  expect(loaded).toMatchObject({
    version: 4,
    state: { sweets: { mint: 100000000000000000002n, lemon: 1n } },
  });
  expect(await check()).toEqual({ streams: 5, differences: [] });
});

test('two writers of one stream do not both get through', async () => {
  const id = newId('prd');
  await put(id, { type: 'Put', kind: 'mint', count: 1n });
  await Promise.all(Array.from({ length: 5 }, () => put(id, { type: 'Put', kind: 'mint', count: 1n })));
  expect((await inTenant((tx) => jars.loadOne(tx, id))).state.sweets).toEqual({ mint: 6n });
  await put(id, { type: 'Shut' });
  await expect(put(id, { type: 'Shut' })).rejects.toThrow('JarIsShut');
  // The sweets are gone from the state, and so are their rows.
  expect((await check()).differences).toEqual([]);
});

test('control: rows that were changed, lost or invented are found, and a repair mends what the journal knows', async () => {
  await inTenant(async (tx) => {
    await tx.query(`UPDATE {t}.test_jar SET status = 'shut', note = 'not of the journal' WHERE id = $1`, [
      first,
    ]);
    await tx.query('DELETE FROM {t}.test_sweets WHERE jar_id = $1', [second]);
    await tx.query(`INSERT INTO {t}.test_sweets VALUES ($1, 'coal', 1)`, [third]);
    await tx.query(`INSERT INTO {t}.test_jar (id) VALUES ('prd_zz')`);
  });
  const { differences } = await check();
  expect(differences).toMatchObject([
    {
      stream: first,
      table: 'test_jar',
      kind: 'other',
      columns: { status: { live: 'shut', rebuilt: 'open' } },
    },
    { stream: second, table: 'test_sweets', kind: 'missing', key: `${second}/mint` },
    { stream: third, table: 'test_sweets', kind: 'extra', key: `${third}/coal` },
    { stream: 'prd_zz', table: 'test_jar', kind: 'stray' },
  ]);
  expect(Object.keys(differences[0]?.columns ?? {})).toEqual(['status']);
  await check(true);
  expect((await check()).differences).toMatchObject([{ kind: 'stray' }]);
});
