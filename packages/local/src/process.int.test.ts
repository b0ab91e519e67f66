import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isAlive } from './process-table.js';

const GONE_MS = 15_000;
const POLL_MS = 20;
const MODULE = JSON.stringify(new URL('../dist/process.js', import.meta.url).href);

/** A process that starts a child which would live for an hour, and what it does then. */
const owner = async (then: string): Promise<{ owner: ChildProcess; child: number }> => {
  const script = `
    const { startChild } = await import(${MODULE});
    const child = await startChild({ name: 'sleep', command: 'sleep', args: ['3600'] });
    child.letGo();
    console.log(child.pid);
    ${then}`;
  const process_ = spawn(process.execPath, ['--input-type=module', '-e', script], { detached: true });
  const [line] = (await once(process_.stdout, 'data')) as [Buffer];
  return { owner: process_, child: Number(String(line)) };
};

const gone = async (pid: number): Promise<boolean> => {
  for (const deadline = Date.now() + GONE_MS; Date.now() < deadline; await pause()) {
    if (!isAlive(pid)) return true;
  }
  return false;
};

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, POLL_MS));
const STAY = 'setInterval(() => undefined, 1000);';

test('a child ends with its owner when that has nothing left to do', async () => {
  const { child } = await owner('');
  expect(await gone(child)).toBe(true);
});

test('a child ends with its owner when that throws', async () => {
  const { child } = await owner(`throw new Error('bug');`);
  expect(await gone(child)).toBe(true);
});

test('a child ends with its owner when that is killed with -9', async () => {
  const { owner: parent, child } = await owner(STAY);
  expect(isAlive(child)).toBe(true);
  parent.kill('SIGKILL');
  expect(await gone(child)).toBe(true);
});

test('Ctrl-C stops the child first and then ends the owner by that signal', async () => {
  const { owner: parent, child } = await owner(STAY);
  process.kill(-(parent.pid ?? 0), 'SIGINT');
  const [, name] = (await once(parent, 'exit')) as [number | null, string | null];
  expect(name).toBe('SIGINT');
  expect(isAlive(child)).toBe(false);
});

test('Ctrl-C leaves the child to an owner that drains first', async () => {
  const { owner: parent, child } = await owner(`${STAY}
    process.on('SIGINT', async () => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      process.kill(child.pid, 0);
      await child.stop();
      process.exit(7);
    });`);
  process.kill(-(parent.pid ?? 0), 'SIGINT');
  const [code] = (await once(parent, 'exit')) as [number | null];
  expect(code).toBe(7);
  expect(isAlive(child)).toBe(false);
});
