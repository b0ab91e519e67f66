// From a fresh clone to ready, and the second start of the same clone.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, sleep } from './system.mjs';

const READY_MAX_MS = 600_000;

export async function bench() {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-clone-'));
  const clone = join(folder, 'tollgate');
  try {
    execFileSync('git', ['clone', '--quiet', `file://${ROOT}`, clone]);
    const cold = await start(clone);
    console.log(`fresh clone: ready after ${cold.toFixed(1)} s`);
    const warm = await start(clone);
    return { cold_s: cold, warm_s: warm };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Seconds from `npm start` to ready; stops it again. */
async function start(clone) {
  const ready = join(clone, '.tollgate', 'demo.json');
  rmSync(ready, { force: true });
  const startedAt = performance.now();
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: { ...process.env, PORT: '0' },
    stdio: 'ignore',
    detached: true,
  });
  while (!existsSync(ready)) {
    if (child.exitCode !== null || performance.now() - startedAt > READY_MAX_MS)
      throw new Error('npm start failed');
    await sleep(10);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGINT');
  await ended;
  return seconds;
}
