import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { buildASTSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DECISIONS = readdirSync(join(ROOT, 'docs/decisions')).sort();
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/operations.md',
  'docs/walk.md',
  'docs/errors.md',
  'docs/glossary.md',
  ...SUBGRAPHS.map((name) => `docs/subgraphs/${name}.md`),
  ...DECISIONS.map((name) => `docs/decisions/${name}`),
];
const CONFIGS = [
  'packages/runtime/src/base/config.ts',
  'subgraphs/tenancy/src/config.ts',
  'subgraphs/payments/src/config.ts',
  'gateway/src/config.ts',
];
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

test('the GraphQL in the README fits the schema', () => {
  const [, document = ''] = /```graphql\n(.*?)```/s.exec(read('README.md')) ?? [];
  const schema = buildASTSchema(parse(read('supergraph.graphql')), { assumeValidSDL: true });
  const parsed = parse(document);
  expect(parsed.definitions.map((one) => one.kind)).toEqual(Array(3).fill('OperationDefinition'));
  expect(validate(schema, parsed)).toEqual([]);
});

test.each(PAGES)('%s links to nothing that is not there', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(
    ([, path]) => path ?? '',
  );
  expect(links.filter((path) => !existsSync(resolve(ROOT, dirname(page), path)))).toEqual([]);
  const named = [
    ...read(page).matchAll(/`((?:gateway|subgraphs|packages|apps|prisma|scripts|test)\/[\w./-]+\.\w+)`/g),
  ];
  expect(named.map(([, path]) => path ?? '').filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

test.each(PAGES)('%s names commands that exist', (page) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const commands = [...read(page).matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(
    ([, run, own]) => run ?? own ?? '',
  );
  expect(commands.filter((name) => scripts[name] === undefined)).toEqual([]);
  const benches = [...read(page).matchAll(/npm run bench -- ([\w-]+)/g)].map(([, name]) => name ?? '');
  expect(benches.filter((name) => !existsSync(join(ROOT, `test/load/${name}.bench.mjs`)))).toEqual([]);
});

test('the operator finds every option, and no other', () => {
  const sources = CONFIGS.map(read).join('\n');
  const keys = [
    ...sources.matchAll(
      /^ {2}([A-Z][A-Z0-9_]*): (?:z\b|secret|port|list|required|base|whole|url|operations)/gm,
    ),
  ];
  const readNames = new Set(keys.map(([, name]) => name ?? ''));
  for (const name of SUBGRAPHS) readNames.add(`${name.toUpperCase()}_URL`);
  readNames.add('SERVICE_NAME');
  const [, section = ''] = /## Configuration\n(.*?)\n## /s.exec(read('docs/operations.md')) ?? [];
  const rows = [...section.matchAll(/^\| (`.*?) +\|/gm)].map(([, cell]) => cell ?? '');
  const documented = rows.flatMap((cell) =>
    [...cell.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name]) => name ?? ''),
  );
  expect([...new Set(documented)].sort()).toEqual([...readNames].sort());
});

test('the operator finds every metric, and no other', () => {
  const declared = ['packages/runtime/src/base/metrics.ts', 'gateway/src/base/metrics.ts'].flatMap((path) =>
    [...read(path).matchAll(/'(tollgate_[a-z_]+)'/g)].map(([, name]) => name ?? ''),
  );
  const page = read('docs/operations.md').replace(
    '`tollgate_gateway_sockets`, `_subscriptions`, `_upstreams`',
    '`tollgate_gateway_sockets` `tollgate_gateway_subscriptions` `tollgate_gateway_upstreams`',
  );
  const documented = [...page.matchAll(/`(tollgate_[a-z_]+)`/g)].map(([, name]) => name ?? '');
  const roles = ['tollgate_app'];
  expect([...new Set(documented)].filter((name) => !roles.includes(name)).sort()).toEqual(
    [...new Set(declared)].sort(),
  );
});

test('each decision has a number of its own, and weighs drawbacks and alternatives', () => {
  const numbers = DECISIONS.map((name) => name.slice(0, 4));
  expect(numbers).toEqual([...new Set(numbers)].sort());
  for (const name of DECISIONS) {
    const text = read(`docs/decisions/${name}`);
    expect(text).toContain(`# ${name.slice(0, 4)}: `);
    for (const part of ['## Context', '## Decision', '## Drawbacks']) expect(text).toContain(part);
    if (name !== '0002-multi-tenant-billing.md') expect(text).toContain('## Alternatives');
  }
});
