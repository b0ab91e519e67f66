import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { accepts } from './ports.js';
import { startRedis } from './redis.js';
import { requireDistributed } from './requirements.js';

const required = await requireDistributed();

const ask = async (port: number, command: string): Promise<string> => {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(`${command}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return String(answer);
};

test('everything the distributed mode needs is on this machine', () => {
  expect(required).toEqual({ ok: true });
});

test('two Redis servers run side by side and end when stopped or killed', async () => {
  const [one, two] = await Promise.all([startRedis(), startRedis()]);
  expect(await ask(one.port, 'SET place one')).toBe('+OK\r\n');
  expect(await ask(two.port, 'GET place')).toBe('$-1\r\n');
  await one.stop();
  await two.kill();
  expect([await accepts(one.port), await accepts(two.port)]).toEqual([false, false]);
});
