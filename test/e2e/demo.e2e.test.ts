import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { expectDemo, runDemo, tracePath } from './demo.js';
import { expectedFrom } from './expected.js';
import { RunningSystem } from './system.js';

let system: RunningSystem | undefined;

afterEach(async () => {
  await system?.destroy();
  system = undefined;
});

const trace = (): { path: string; csv: string; rows: number } => {
  const path = tracePath();
  const csv = readFileSync(path, 'utf8');
  return { path, csv, rows: csv.trim().split(/\r?\n/).length - 1 };
};

test.each(['single', 'distributed'] as const)(
  '%s: every figure of the demo is what the file alone says',
  async (mode) => {
    const { path, csv, rows } = trace();
    system = await RunningSystem.start(mode);
    const json = join(system.dataDir, 'result.json');
    const demo = await runDemo({ url: system.url, token: system.credentials.staffToken, usage: path, json });
    expectDemo(demo, expectedFrom(csv), rows, true);
  },
);

test('a checker that would not notice one lost row is no checker', () => {
  const { csv } = trace();
  const lines = csv.trim().split(/\r?\n/);
  const lost = [...lines.slice(0, 5), ...lines.slice(6)].join('\n');
  expect(expectedFrom(lost)).not.toEqual(expectedFrom(csv));
});
