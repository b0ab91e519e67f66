import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const BUILT = fileURLToPath(new URL('../../dist/service/stop.js', import.meta.url));

/** A process that runs for good, with this in it. */
const PROGRAM = (happens: string): string => `
  const { onStopSignal } = await import(${JSON.stringify(BUILT)});
  const keepAlive = setInterval(() => undefined, 1_000);
  const logger = { error: (fields, message) => console.log(message, fields.error) };
  onStopSignal(async () => { console.log('drained'); clearInterval(keepAlive); }, logger);
  ${happens}`;

async function outcome(happens: string): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM(happens)]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number];
  return { code, output };
}

it.each([
  ['an exception that nobody expected', `setTimeout(() => { throw new Error('boom'); }, 1);`],
  ['a promise that nobody caught', `Promise.reject(new Error('boom'));`],
])('%s is logged, the process drains, and its exit says that nobody asked for it', async (_, happens) => {
  const { code, output } = await outcome(happens);
  expect(output).toMatch(/unexpected exception, stopping Error: boom[\s\S]*drained/);
  expect(code).toBe(70);
});

it('a stop that was asked for is a plain one', async () => {
  const { code, output } = await outcome(`process.kill(process.pid, 'SIGTERM');`);
  expect([code, output.trim()]).toEqual([0, 'drained']);
});
