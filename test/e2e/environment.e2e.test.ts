import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
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
