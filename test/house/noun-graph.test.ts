import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { afterEach, describe, expect, test } from 'vitest';
import { circlesIn, edgesIn, isDomain, type Edge } from './noun-graph.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Doors of a noun that others come in by; what it hands out are values of its domain. */
const DOORS = /^[^/]+\/(domain|handlers|store|view|aggregate)(\/.+)?(\.ts)?$/;

/**
 * Files that other nouns import though they are no doors, each with the reason. The list only becomes shorter: an
 * entry that nobody uses fails, and so does a longer list.
 */
const SIDE_DOORS: Readonly<Record<string, string>> = {
  'plans: catalogue/loaders.ts': 'reads of one request in one query, shared by whoever shows a plan',
  'tenancy: api-key/secret.ts':
    'a key’s secret is an HMAC, which no domain can compute; sign-up shows the first one',
  'usage: live/live.ts': 'the channel on which live values go out, told by whatever changes them',
  'usage: meter/cache.ts': 'meters in memory: every report asks for them',
  'usage: total/count.ts': 'what reports and closes count with, in the statement of their own transaction',
};
const SIDE_DOORS_MAX = 5;

const nounEdges = new Map<string, readonly Edge[]>(
  SUBGRAPHS.map((name) => [name, edgesIn(join(ROOT, 'subgraphs', name, 'src'))]),
);
const edgesOf = (name: string): readonly Edge[] => nounEdges.get(name) ?? [];

const domain = (edges: readonly Edge[]): Edge[] => edges.filter(({ importer }) => isDomain(importer));
const shell = (edges: readonly Edge[]): Edge[] => edges.filter(({ importer }) => !isDomain(importer));

describe.each(SUBGRAPHS)('the nouns of %s', (name) => {
  test('decide without a circle', () => {
    expect(circlesIn(domain(edgesOf(name)))).toEqual([]);
  });

  test('act without a circle', () => {
    expect(circlesIn(shell(edgesOf(name)))).toEqual([]);
  });

  test('come into each other’s domains by the domain alone', () => {
    expect(domain(edgesOf(name)).filter(({ imported }) => !isDomain(imported))).toEqual([]);
  });
});

/** Imports of a noun's shell into another noun, past its doors; copies are open to everybody. */
function pastDoors(): string[] {
  const found = SUBGRAPHS.flatMap((name) =>
    shell(edgesOf(name))
      .filter(({ importer, imported }) => importer.includes('/') && imported.includes('/'))
      .filter(({ imported }) => !imported.startsWith('copies/') && !DOORS.test(imported))
      .map(({ imported }) => `${name}: ${imported}`),
  );
  return [...new Set(found)].sort();
}

test('nouns come into each other by handlers, store, view and aggregate', () => {
  expect(pastDoors()).toEqual(Object.keys(SIDE_DOORS).sort());
});

test('the list of side doors can only shrink', () => {
  expect(Object.keys(SIDE_DOORS).length).toBeLessThanOrEqual(SIDE_DOORS_MAX);
});

describe.each([
  ['packages/runtime/src', 'base database journal messaging timers live graphql command service'],
  [
    'gateway/src',
    'base http ingest socket caller operation planning federation fast-path subscriptions endpoints config.ts gateway.ts main.ts parts.ts',
  ],
])('%s', (src, listed) => {
  test('has the folders that it is said to have', () => {
    expect(readdirSync(join(ROOT, src)).sort()).toEqual(listed.split(' ').sort());
  });

  test('has no circle between them', () => {
    expect(circlesIn(edgesIn(join(ROOT, src)))).toEqual([]);
  });
});

const scratch = mkdtempSync(join(tmpdir(), 'tollgate-nouns-'));
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

function planted(files: Readonly<Record<string, string>>): readonly Edge[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true });
    writeFileSync(join(scratch, path), text);
  }
  return edgesIn(scratch);
}

test('a planted circle is found, over three nouns, by a type alone, and by a late import', () => {
  const edges = planted({
    'a/handlers.ts': `import { b } from '../b/handlers.js';`,
    'b/handlers.ts': `export type { C } from '../c/store.js';`,
    'c/store.ts': `export const late = () => import('../a/handlers.js');`,
    'd/handlers.ts': `import '../a/handlers.js'; import './store.js';`,
    'd/store.ts': `import './handlers.js';`,
    'd/store.test.ts': `import '../a/handlers.js';`,
    'a/domain/a.ts': `import type { B } from '../../b/domain/b.js';`,
    'b/domain/b.ts': `import type { A } from '../../a/domain/a.js';`,
    'main.ts': `import './a/handlers.js';`,
  });
  expect(circlesIn(shell(edges))).toEqual([
    'a -> b (a/handlers.ts imports b/handlers.ts), b -> c (b/handlers.ts imports c/store.ts), c -> a (c/store.ts imports a/handlers.ts)',
  ]);
  expect(circlesIn(domain(edges))).toEqual([
    'a -> b (a/domain/a.ts imports b/domain/b.ts), b -> a (b/domain/b.ts imports a/domain/a.ts)',
  ]);
});
