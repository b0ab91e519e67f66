import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startPostgres, type RunningPostgres } from './embedded-postgres.js';
import { isAlive } from './process-table.js';
import { stopForeign } from './process.js';
import { runningPostgres } from './running-postgres.js';

const GONE_MS = 15_000;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'tollgate-local-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const query = async (server: RunningPostgres, sql: string): Promise<Record<string, unknown>[]> => {
  const client = new Client(server.url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
};

test('rows that were committed survive a kill -9 of the whole server', async () => {
  const dataDir = join(home, 'killed');
  const first = await startPostgres({ dataDir });
  await query(first, 'CREATE TABLE kept (n int)');
  await query(first, 'INSERT INTO kept SELECT generate_series(1, 1000)');
  await first.kill();
  expect(isAlive(first.pid)).toBe(false);
  const second = await startPostgres({ dataDir });
  expect(await query(second, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 1000 }]);
  await second.stop();
});

test('a second start on a data directory in use is refused, and works after the stop', async () => {
  const dataDir = join(home, 'shared');
  const first = await startPostgres({ dataDir });
  await expect(startPostgres({ dataDir })).rejects.toThrow(/in use by process/);
  await first.stop();
  const second = await startPostgres({ dataDir });
  expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await second.stop();
});

test('the server listens on the loopback interface only, wants the password and keeps it private', async () => {
  const dataDir = join(home, 'private');
  const server = await startPostgres({ dataDir });
  expect(await query(server, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
  const stranger = new Client(server.url.replace(server.password, 'guess'));
  await expect(stranger.connect()).rejects.toThrow(/password authentication failed/);
  expect((await stat(`${dataDir}.password`)).mode & 0o777).toBe(0o600);
  await server.stop();
});

test('clients come over a socket in the private data directory, and a killed server leaves none behind', async () => {
  const dataDir = join(home, 'sockets');
  const sockets = async (): Promise<string[]> =>
    (await readdir(dataDir)).filter((name) => /^\.s\.PGSQL\.\d+$/.test(name));
  const first = await startPostgres({ dataDir });
  expect(await query(first, 'SELECT inet_client_addr() AS address')).toEqual([{ address: null }]);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  await first.kill();
  const second = await startPostgres({ dataDir });
  expect(await sockets()).toEqual([`.s.PGSQL.${second.port}`]);
  expect(await runningPostgres(dataDir)).toBe(second.url);
  await second.stop();
});

test('where the path is too long for a socket, clients come over TCP', async () => {
  const dataDir = join(home, 'long'.repeat(25));
  const server = await startPostgres({ dataDir });
  expect(await query(server, 'SELECT host(inet_client_addr()) AS address')).toEqual([
    { address: '127.0.0.1' },
  ]);
  expect(await runningPostgres(dataDir)).toBe(server.url);
  await server.stop();
});

test('a server whose owner was killed -9 ends by itself and its data can be started again', async () => {
  const dataDir = join(home, 'orphan');
  await (await startPostgres({ dataDir })).stop();
  const owner = spawn(process.execPath, ['--input-type=module', '-e', OWNER, dataDir], { stdio: 'pipe' });
  const [line] = (await once(owner.stdout, 'data')) as [Buffer];
  const postmaster = Number(String(line));
  expect(isAlive(postmaster)).toBe(true);
  owner.kill('SIGKILL');
  const again = await startPostgres({ dataDir });
  expect(again.pid).not.toBe(postmaster);
  await stopForeign(postmaster, 'SIGINT', GONE_MS);
  expect(isAlive(postmaster)).toBe(false);
  await again.stop();
});

const OWNER = `
  const { startPostgres } = await import(${JSON.stringify(new URL('../dist/embedded-postgres.js', import.meta.url).href)});
  const server = await startPostgres({ dataDir: process.argv[1] });
  console.log(server.pid);
  setInterval(() => undefined, 1000);`;
