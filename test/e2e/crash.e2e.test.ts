import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { waitFor } from '@tollgate/testing/waiting';
import { expectDemo, runDemo, tracePath } from './demo.js';
import { expectedFrom } from './expected.js';
import { post, RunningSystem } from './system.js';

afterAll(() => {
  rmSync(results, { recursive: true, force: true });
});

/** A distributed system takes a while to come back; TOLLGATE_KILLS asks for more. */
const KILLS = { single: 3, distributed: 1 } as const;
const killsOf = (mode: keyof typeof KILLS): number => Number(process.env['TOLLGATE_KILLS'] ?? KILLS[mode]);
const BETWEEN_KILLS_MS = 400;

let system: RunningSystem | undefined;
/** Not in the system's own folder: whoever names that is killed with it. */
const results = mkdtempSync(join(tmpdir(), 'tollgate-results-'));

afterEach(async () => {
  await system?.destroy();
  system = undefined;
});

test.each(['single', 'distributed'] as const)(
  '%s: killed with -9 in the middle of the stream, it ends with the same usage, totals and invoices',
  async (mode) => {
    const path = tracePath();
    const csv = readFileSync(path, 'utf8');
    const running = await RunningSystem.start(mode);
    system = running;
    const { staffToken } = running.credentials;
    let said = '';
    const demo = runDemo({
      url: running.url,
      token: staffToken,
      usage: path,
      json: join(results, `${mode}.json`),
      onOutput: (text) => (said += text),
    });
    let over = false;
    demo.finally(() => (over = true)).catch(() => undefined);
    await waitFor('the stream to begin', () => over || said.includes('streaming'), 60_000);
    for (let kill = 0; kill < killsOf(mode) && !over; kill += 1) {
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
