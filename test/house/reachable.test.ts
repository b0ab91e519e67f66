import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import { unreachable } from './reachable.js';

// Every source file is parsed; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Files of the domain that wait for a capability, by its name. Only ever shorter. */
const waiting = JSON.parse(readFileSync(new URL('./reachable.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, readonly string[]>
>;

test('what the domain can do is done: every file of it runs in a process, or waits for a capability by name', () => {
  const files = Object.values(waiting).flat();
  expect(new Set(files).size).toBe(files.length);
  // Reached now: take it off the list. Not reached: give it a caller, or delete it.
  expect(unreachable(ROOT)).toEqual([...files].sort());
});

test('the list of what waits can only shrink', () => {
  expect(Object.values(waiting).flat().length).toBeLessThanOrEqual(WAITING_MAX);
});

/** Lower it whenever a file gets its caller. */
const WAITING_MAX = 11;

const folder = mkdtempSync(join(tmpdir(), 'tollgate-reachable-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the search has teeth: tests, types and callers that do not run make nothing reachable', () => {
  const files = {
    'subgraphs/a/src/main.ts': `import { run } from './noun/handlers.js'; import './side.js'; run();`,
    'subgraphs/a/src/side.ts': `await import('./noun/domain/lazy.js');`,
    'subgraphs/a/src/noun/handlers.ts': `import { used } from './domain/used.js'; export const run = () => used;`,
    'subgraphs/a/src/noun/domain/used.ts': `import { type T, type P } from './typed.js'; import type { S } from './shape.js'; export const used: T | P | S = 1;`,
    'subgraphs/a/src/noun/domain/typed.ts': `export type T = 1; export type P = 2; export const never = 3;`,
    'subgraphs/a/src/noun/domain/shape.ts': `export interface S { readonly s: 1 }`,
    'subgraphs/a/src/noun/domain/lazy.ts': `export const lazy = 1;`,
    'subgraphs/a/src/noun/domain/idle.ts': `export const idle = 1;`,
    'subgraphs/a/src/noun/domain/idle.test.ts': `import { idle } from './idle.js'; idle;`,
    'packages/kernel/src/word.ts': `export const word = 1;`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  expect(unreachable(folder)).toEqual([
    'packages/kernel/src/word.ts',
    'subgraphs/a/src/noun/domain/idle.ts',
    'subgraphs/a/src/noun/domain/typed.ts',
  ]);
});
