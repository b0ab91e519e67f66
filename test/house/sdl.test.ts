import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isTypeDefinitionNode, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { nounFiles, readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';

const ROOT = new URL('../../', import.meta.url);
const SUBGRAPHS = readdirSync(new URL('subgraphs/', ROOT)).sort();
const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

const subgraph = (name: string): URL => new URL(`subgraphs/${name}/`, ROOT);
const files = [
  new URL('packages/contracts/graphql/common.graphql', ROOT),
  ...SUBGRAPHS.flatMap((name) =>
    nounFiles(subgraph(name)).map((file) => new URL(`schema/${file}`, subgraph(name))),
  ),
];
const definitionsOf = (url: URL) => parse(readFileSync(url, 'utf8')).definitions;

test('no SDL type is declared twice: whoever adds to a type of another noun extends it', () => {
  const places = new Map<string, string[]>();
  for (const file of files)
    for (const one of definitionsOf(file).filter(isTypeDefinitionNode))
      places.set(one.name.value, [...(places.get(one.name.value) ?? []), fileURLToPath(file)]);
  expect(places.size).toBeGreaterThan(150);
  expect([...places].filter(([, where]) => where.length > 1)).toEqual([]);
  expect([...places.keys()].filter((name) => ROOTS.has(name))).toEqual([]);
});

test('what is extended is declared somewhere, and what is declared in common is reached by somebody', () => {
  const all = files.flatMap(definitionsOf);
  const declared = new Set(all.filter(isTypeDefinitionNode).map(({ name }) => name.value));
  const extended = all.filter(({ kind }) => kind === Kind.OBJECT_TYPE_EXTENSION);
  const names = extended.map((one) => ('name' in one ? (one.name?.value ?? '') : ''));
  expect(names.filter((name) => !declared.has(name) && !ROOTS.has(name))).toEqual([]);
  const [common] = files;
  const composed = SUBGRAPHS.map((name) => readSubgraphSdl(subgraph(name))).join('\n');
  const lost = definitionsOf(common ?? ROOT)
    .filter(isTypeDefinitionNode)
    .filter(
      ({ name }) =>
        !new RegExp(`^(type|interface|scalar|enum|input|union) ${name.value}\\b`, 'm').test(composed),
    );
  expect(lost.map(({ name }) => name.value)).toEqual([]);
});
