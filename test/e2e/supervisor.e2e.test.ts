import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isAlive } from '@tollgate/local/process-table';
import { runningPostgres } from '@tollgate/local/running-postgres';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { post, ROOT, RunningSystem } from './system.js';

const STOP_MAX_MS = 30_000;
const folder = mkdtempSync(join(tmpdir(), 'tollgate-e2e-supervisor-'));
/** Makes any Node process throw, outside of everything, when it is told to. */
const bomb = join(folder, 'bomb.mjs');
let system: RunningSystem;

beforeAll(async () => {
  writeFileSync(bomb, `process.on('SIGUSR2', () => setImmediate(() => { throw new Error('boom'); }));`);
  system = await RunningSystem.start('supervised', { NODE_OPTIONS: `--import=${pathToFileURL(bomb).href}` });
});
afterAll(async () => {
  await system.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const program = (): number => system.credentials.pids?.['tollgate'] ?? 0;

const tenantName = async (apiKey: string): Promise<unknown> =>
  (await post(`${system.url}/graphql`, { token: apiKey, body: { query: '{ tenant { name } }' } })).body.data;

/** The program ends by this, and comes back by itself: another process, the same port, the same data. */
const comesBackAfter = async (signal: NodeJS.Signals): Promise<void> => {
  const [before, supervisor] = [system.credentials, system.pid];
  const ended = program();
  rmSync(join(system.dataDir, 'demo.json'));
  process.kill(ended, signal);
  await system.ready();
  expect(program()).not.toBe(ended);
  expect([system.pid, isAlive(ended)]).toEqual([supervisor, false]);
  expect(system.credentials.graphqlUrl).toBe(before.graphqlUrl);
  expect(await tenantName(before.apiKey)).toEqual({ tenant: { name: 'Demo' } });
};

test('npm start outlives an unexpected exception and a kill -9 of its process', async () => {
  await comesBackAfter('SIGUSR2');
  expect(system.output).toMatch(
    /unexpected exception, stopping: Error: boom[\s\S]*tollgate ended \(70\), starting it again/,
  );
  expect(readFileSync(join(system.dataDir, 'tollgate.log'), 'utf8')).toContain(
    'unexpected exception, stopping',
  );
  await comesBackAfter('SIGKILL');
  expect(system.output).toContain('tollgate ended (SIGKILL), starting it again');
});

test('Ctrl-C drains and ends with 0, and the second start finds everything', async () => {
  const { apiKey } = system.credentials;
  const last = program();
  expect(await system.interrupt()).toBe(0);
  expect(system.output).toMatch(/stopping: finishing what is in hand[\s\S]*stopped\n$/);
  expect(isAlive(last)).toBe(false);
  expect(await runningPostgres(join(system.dataDir, 'postgres'))).toBeNull();
  await system.start();
  expect(await tenantName(apiKey)).toEqual({ tenant: { name: 'Demo' } });
});

test('the process does not outlive its supervisor, and the next start finds everything', async () => {
  const { apiKey } = system.credentials;
  const [orphan, supervisor] = [program(), system.pid];
  process.kill(supervisor, 'SIGKILL');
  await waitFor('the orphan to be gone', () => !isAlive(orphan), STOP_MAX_MS);
  expect(await runningPostgres(join(system.dataDir, 'postgres'))).toBeNull();
  await system.start();
  expect(await tenantName(apiKey)).toEqual({ tenant: { name: 'Demo' } });
});

test('what a first start rejects is not tried again', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/start.mjs')], {
    env: { ...process.env, PORT: String(system.port), TOLLGATE_DATA: join(folder, 'second') },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(stderr).toMatch(/^Port \d+ [^\n]* is taken: [^\n]*\.\n$/);
});
