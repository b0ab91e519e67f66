import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from './system.js';

/** What the runner writes with `--json`. */
interface Report {
  readonly scenarios: readonly { readonly id: string; readonly shortfalls: readonly object[] }[];
}

const PLAY_MAX_MS = 360_000;
const folder = mkdtempSync(join(tmpdir(), 'tollgate-scenarios-'));
let report: Report;

beforeAll(async () => {
  report = await play(join(folder, 'report.json'));
}, PLAY_MAX_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Those that are expected to fall short, for the product cannot do yet what they need. */
const pending = new Set(
  JSON.parse(readFileSync(join(ROOT, 'test/scenarios/pending.json'), 'utf8')) as string[],
);

test('every scenario plays as it says, but for those that are pending', () => {
  const broken = report.scenarios.filter(({ id, shortfalls }) => shortfalls.length > 0 && !pending.has(id));
  expect(broken).toEqual([]);
});

test('a pending scenario that plays is no longer pending: take it off the list', () => {
  const played = report.scenarios.filter(({ id, shortfalls }) => shortfalls.length === 0 && pending.has(id));
  expect(played.map(({ id }) => id)).toEqual([]);
});

test('only scenarios that there are can be pending', () => {
  const known = new Set(report.scenarios.map(({ id }) => id));
  expect([...pending].filter((id) => !known.has(id))).toEqual([]);
});

/** The runner as a user starts it, on a system of its own; it ends with 1 while anything falls short. */
async function play(json: string): Promise<Report> {
  const child = spawn(process.execPath, [join(ROOT, 'apps/scenario/dist/main.js'), '--json', json], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const found = JSON.parse(readFileSync(json, 'utf8')) as Report;
  const short = found.scenarios.some(({ shortfalls }) => shortfalls.length > 0);
  expect(code).toBe(short ? 1 : 0);
  return found;
}
