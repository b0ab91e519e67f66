import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './system.js';

/** Attacks that the product does not withstand yet; the list can only shrink. */
const PENDING: readonly string[] = [];
const PLAY_MAX_MS = 300_000;

test(
  'what a hostile caller tries from outside does not work',
  async () => {
    const { code, lines } = await attack([]);
    const broken = lines.filter((line) => line.startsWith('FAILED')).map(nameOf);
    const held = lines.filter((line) => line.startsWith('ok')).map(nameOf);
    expect(broken.filter((name) => !PENDING.includes(name))).toEqual([]);
    expect(held.filter((name) => PENDING.includes(name))).toEqual([]);
    expect(lines.at(-1)).toBe(`${held.length} passed, ${broken.length} failed`);
    expect(code).toBe(broken.length === 0 ? 0 : 1);
  },
  PLAY_MAX_MS,
);

test('a system that says yes to everything is found out', async () => {
  const server = createServer((_, response) => response.end('{"data":{}}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const { code, lines } = await attack(['--url', `http://127.0.0.1:${port}`, '--only', 'other-tenants']);
    expect(lines.at(-1)).toBe('0 passed, 1 failed');
    expect(code).toBe(1);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

const nameOf = (line: string): string => /^\S+\s+(\S+)/.exec(line)?.[1] ?? line;

/** The command as a user starts it. */
async function attack(args: readonly string[]): Promise<{ code: number | null; lines: string[] }> {
  const child = spawn(process.execPath, [join(ROOT, 'apps/attack/dist/main.js'), ...args], {
    cwd: ROOT,
    env: { ...process.env, TOLLGATE_TOKEN: 'nobody' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, lines: Buffer.concat(chunks).toString('utf8').trim().split('\n') };
}
