import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@tollgate/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectDemo, runDemo, tracePath } from './demo.js';
import { expectedFrom } from './expected.js';
import { RunningSystem } from './system.js';

const BETWEEN_KILLS_MS = 400;
const START_MAX_MS = 180_000;
const PLAY_MAX_MS = 300_000;

export interface Trace {
  readonly path: string;
  readonly csv: string;
  readonly rows: number;
}

/** What the demo streams, and what it comes to. */
export function trace(): Trace {
  const path = tracePath();
  const csv = readFileSync(path, 'utf8');
  return { path, csv, rows: csv.trim().split(/\r?\n/).length - 1 };
}

/** The demo on a system of this mode, once in peace and once with kills in the midst of it. TOLLGATE_KILLS asks for more. */
export function playDemo(mode: 'single' | 'distributed', killsByDefault: number): void {
  const kills = Number(process.env['TOLLGATE_KILLS'] ?? killsByDefault);
  const { path, csv, rows } = trace();
  /** Not in the system's own folder: whoever names that is killed with it. */
  const results = mkdtempSync(join(tmpdir(), 'tollgate-results-'));
  let system: RunningSystem;
  beforeAll(async () => {
    system = await RunningSystem.start(mode);
  }, START_MAX_MS);
  afterAll(async () => {
    await system.destroy();
    rmSync(results, { recursive: true, force: true });
  });
  const play = (name: string, onOutput: (text: string) => void = () => undefined) => {
    const { staffToken } = system.credentials;
    return runDemo({ url: system.url, token: staffToken, usage: path, json: join(results, name), onOutput });
  };

  test(
    `${mode}: every figure of the demo is what the file alone says`,
    async () => expectDemo(await play('calm.json'), expectedFrom(csv), rows, true),
    PLAY_MAX_MS,
  );

  test(
    `${mode}: killed with -9 in the middle of the stream, it ends with the same usage, totals and invoices`,
    async () => {
      let said = '';
      let over = false;
      const demo = play('killed.json', (text) => (said += text));
      demo.finally(() => (over = true)).catch(() => undefined);
      await waitFor('the stream to begin', () => over || said.includes('streaming'), 60_000);
      let killed = 0;
      for (; killed < kills && !over; killed += 1) {
        // The moment of the kill is meant to be arbitrary.
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_KILLS_MS));
        await system.killAll();
        await system.start();
      }
      expectDemo(await demo, expectedFrom(csv), rows, false);
      expect(killed).toBeGreaterThan(0);
    },
    PLAY_MAX_MS,
  );
}
