import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { expectDemo, runDemo, tracePath } from './demo.js';
import { expectedFrom } from './expected.js';
import { post, RunningSystem } from './system.js';

const KILLS = 3;
const BETWEEN_KILLS_MS = 1_200;

let system: RunningSystem | undefined;

afterEach(async () => {
  await system?.destroy();
  system = undefined;
});

test.each(['single', 'distributed'] as const)(
  '%s: killed with -9 in the middle of the stream, again and again, it ends with the same usage, totals and invoices',
  async (mode) => {
    const path = tracePath();
    const csv = readFileSync(path, 'utf8');
    const running = await RunningSystem.start(mode);
    system = running;
    const { staffToken } = running.credentials;
    const demo = runDemo({
      url: running.url,
      token: staffToken,
      usage: path,
      json: join(running.dataDir, 'result.json'),
    });
    let over = false;
    demo.finally(() => (over = true)).catch(() => undefined);
    for (let kill = 0; kill < KILLS && !over; kill += 1) {
      // The moment of the kill is meant to be arbitrary.
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_KILLS_MS));
      await running.killAll();
      await running.start();
    }
    expectDemo(await demo, expectedFrom(csv), csv.trim().split(/\r?\n/).length - 1, false);
  },
  300_000,
);

test('Ctrl-C drains and ends with 0, and the second start finds everything', async () => {
  system = await RunningSystem.start();
  const before = system.credentials;
  expect(await system.interrupt()).toBe(0);
  await system.start();
  const answer = await post(system.credentials.graphqlUrl, {
    token: before.apiKey,
    body: { query: '{ tenant { name } }' },
  });
  expect(answer.body.data).toEqual({ tenant: { name: 'Demo' } });
});
