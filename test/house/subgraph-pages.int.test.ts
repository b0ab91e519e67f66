import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { buildASTSchema, parse } from 'graphql';
import { expect, test, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

// It loads the five compiled subgraphs.
vi.setConfig({ testTimeout: 60_000 });

test('the subgraphs’ pages are those of the compiled sources', () => {
  const check = () =>
    execFileSync(process.execPath, ['scripts/subgraph-pages.mjs', '--check'], { cwd: ROOT, stdio: 'pipe' });
  expect(check).not.toThrow();
});

test('every operation of the supergraph stands on the page of one subgraph', () => {
  const pages = SUBGRAPHS.map((name) => readFileSync(`${ROOT}docs/subgraphs/${name}.md`, 'utf8'));
  const asked = pages.map((page) => /^## Mutations$.*?(?=^## Events in$)/ms.exec(page)?.[0] ?? '');
  const rows = asked.flatMap((part) => [...part.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name));
  const sdl = readFileSync(`${ROOT}supergraph.graphql`, 'utf8');
  const schema = buildASTSchema(parse(sdl), { assumeValidSDL: true });
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const operations = roots.flatMap((root) => Object.keys(root?.getFields() ?? {}));
  expect(operations.length).toBeGreaterThan(30);
  for (const name of operations) expect(rows.filter((row) => row === name)).toEqual([name]);
});
