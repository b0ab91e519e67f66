import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ownDataDir } from '@tollgate/local/data-dir-owner';
import { ROOT } from './system.js';

const START_MAX_MS = 20_000;
const WRONG = {
  PORT: 'abc',
  DATABASE_URL: 'mysql://localhost/x',
  REDIS_URL: 'nope',
  KAFKA_BROKERS: '::::',
  ROLE: 'nothing',
  LOG_LEVEL: 'loud',
  API_KEY_SECRET: 'short',
  PORTAL_TOKEN_SECRET: 'short',
  PROVIDER_TIMEOUT_MS: 'soon',
  CALLER_CONCURRENCY_MAX: 'many',
};

const folder = mkdtempSync(join(tmpdir(), 'tollgate-e2e-environment-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['main.js', 'distributed.js'])(
  '%s names every fault of the environment at once, before it starts or writes anything',
  (program) => {
    const dataDir = join(folder, program);
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'apps/all-in-one/dist', program)], {
      env: { ...process.env, ...WRONG, TOLLGATE_DATA: dataDir },
      encoding: 'utf8',
      timeout: START_MAX_MS,
    });
    expect(status).toBe(1);
    for (const name of Object.keys(WRONG)) expect(stderr).toContain(`- ${name}`);
    expect(stderr).not.toMatch(/\bat .*\.js:\d+/);
    expect(existsSync(dataDir)).toBe(false);
  },
);

/** How a start that cannot succeed ends. */
const failedStart = async (
  environment: Record<string, string>,
): Promise<{ code: number; stderr: string }> => {
  const child = spawn(process.execPath, [join(ROOT, 'apps/all-in-one/dist/main.js')], {
    env: { ...process.env, ...environment },
    timeout: START_MAX_MS,
  });
  let stderr = '';
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number];
  return { code, stderr };
};
/** One sentence and no stack. */
const sentence = (words: RegExp) =>
  expect.stringMatching(new RegExp(`^[^\\n]*${words.source}[^\\n]*\\.\\n$`));

test('a port that is taken is said in one sentence, with the way out, before anything is started', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const dataDir = join(folder, 'port');
  expect(await failedStart({ PORT: String(port), TOLLGATE_DATA: dataDir })).toEqual({
    code: 1,
    stderr: sentence(/is taken: .*PORT=\d+ npm start/),
  });
  expect(existsSync(dataDir)).toBe(false);
  taken.close();
});

test('a data directory that another process uses, or that holds something else, is said in one sentence', async () => {
  const dataDir = join(folder, 'used');
  mkdirSync(dataDir);
  const giveUp = await ownDataDir(join(dataDir, 'postgres'));
  expect(await failedStart({ PORT: '0', TOLLGATE_DATA: dataDir })).toEqual({
    code: 1,
    stderr: sentence(/is in use by process \d+: .*TOLLGATE_DATA=<folder>/),
  });
  await giveUp();
  mkdirSync(join(dataDir, 'postgres'));
  writeFileSync(join(dataDir, 'postgres', 'letters.txt'), 'mine');
  expect(await failedStart({ PORT: '0', TOLLGATE_DATA: dataDir })).toEqual({
    code: 1,
    stderr: sentence(/holds no database: .*TOLLGATE_DATA=<folder>/),
  });
});

test('a Node that is too old is said in one sentence', async () => {
  const { checkNode } = (await import(join(ROOT, 'scripts/setup.mjs'))) as {
    checkNode(version: string): void;
  };
  expect(() => checkNode('18.20.4')).toThrow(
    /^Tollgate needs Node 20\.19 or later, this is 18\.20\.4 [^\n]*$/,
  );
  expect(() => checkNode('20.18.9')).toThrow();
  for (const version of ['20.19.0', '21.0.0', '24.1.0']) expect(() => checkNode(version)).not.toThrow();
});
