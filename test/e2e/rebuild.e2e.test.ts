import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { databaseUrl } from '@tollgate/local/databases';
import { runningPostgres } from '@tollgate/local/running-postgres';
import { Database, type Row } from '@tollgate/runtime/database/db';
import { waitFor } from '@tollgate/testing/waiting';
import { ROOT, RunningSystem } from './system.js';

/** One difference in a table of each subgraph. */
const PLANTED = {
  customer: `UPDATE {t}.customer SET name = name || '!'`,
  subscription: 'UPDATE {t}.plans_subscription SET revision = revision + 1',
  meter: `UPDATE {t}.usage_meter SET name = name || '!'`,
  invoice: 'DELETE FROM {t}.invoices_invoice',
  payment: 'UPDATE {t}.payment SET amount_minor = amount_minor + 1',
};

let system: RunningSystem;

beforeAll(async () => {
  system = await RunningSystem.start();
  // The demo's first month is paid by then: nothing more happens by itself.
  await waitFor('the first payment', async () => (await sql(PAID)).length === 1, 60_000);
}, 200_000);
afterAll(() => system.destroy());

const PAID = `SELECT FROM {t}.payment p JOIN {t}.invoices_invoice i ON i.id = p.invoice_id
  WHERE p.status = 'succeeded' AND i.status = 'paid'`;

/** In the embedded database, as the only tenant. */
const sql = async (text: string): Promise<Row[]> => {
  const server = await runningPostgres(join(system.dataDir, 'postgres'));
  if (server === null) throw new Error('the database does not run');
  const url = databaseUrl(server, 'tollgate');
  const db = new Database({ url, adminUrl: url, poolMax: 1 });
  try {
    const [tenant] = await db.admin((tx) => tx.query<{ id: string }>('SELECT id FROM {c}.tenant'));
    const scope = { tenantId: tenant?.id ?? '', actor: 'test', correlation: 'test', cause: 'test' };
    return await db.tenant(scope, (tx) => tx.query(text));
  } finally {
    await db.close();
  }
};

interface Said {
  readonly code: number | null;
  readonly last: string;
  /** Nouns of the rows that differ. */
  readonly nouns: readonly string[];
}

const rebuild = (...args: readonly string[]): Promise<Said> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/rebuild.mjs'), ...args], {
      env: { ...process.env, TOLLGATE_DATA: system.dataDir },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) => {
      const lines = output.trim().split('\n');
      const nouns = lines.flatMap((line) => (line.startsWith('ten_') ? (line.split('\t')[1] ?? []) : []));
      resolve({ code, last: lines.at(-1) ?? '', nouns: nouns.sort() });
    });
  });

/** All that the journal has, but for the tenant's own settings: their row is the control schema's. */
const streams = async (): Promise<number> =>
  (await sql(`SELECT DISTINCT stream FROM {t}.event WHERE NOT starts_with(stream, 'ten_')`)).length;

test('rows are compared with the journal, also as the system runs; a planted difference is found and mended', async () => {
  const count = await streams();
  expect(count).toBeGreaterThanOrEqual(Object.keys(PLANTED).length);
  const clean = { code: 0, last: `${count} streams, 0 differ`, nouns: [] };
  expect(await rebuild()).toEqual(clean);

  const { invoice, ...others } = PLANTED;
  await sql(invoice);
  expect(await rebuild()).toEqual({ code: 1, last: `${count} streams, 1 differ`, nouns: ['invoice'] });

  for (const planted of Object.values(others)) await sql(planted);
  const all = { code: 1, last: `${count} streams, 5 differ`, nouns: Object.keys(PLANTED).sort() };
  expect(await rebuild('--repair')).toEqual(all);
  expect(await rebuild()).toEqual(clean);

  expect(await system.interrupt()).toBe(0);
  expect(await rebuild()).toEqual(clean);
  expect(await runningPostgres(join(system.dataDir, 'postgres'))).toBeNull();
}, 120_000);
