import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  isScalarType,
  isSpecifiedScalarType,
  isTypeDefinitionNode,
  Kind,
  parse,
  print,
  type FieldDefinitionNode,
  type TypeNode,
} from 'graphql';
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
  // One noun says what a root type is for; all others extend it.
  expect([...places.keys()].filter((name) => ROOTS.has(name)).sort()).toEqual([...ROOTS].sort());
});

test('clients read what each root type is for, and which specification a scalar follows', () => {
  const supergraph = buildSchema(readFileSync(new URL('supergraph.graphql', ROOT), 'utf8'), {
    assumeValidSDL: true,
  });
  for (const name of ROOTS) expect(supergraph.getType(name)?.description ?? '').toMatch(/^What can be /);
  const scalars = Object.values(supergraph.getTypeMap())
    .filter(isScalarType)
    .filter((type) => !isSpecifiedScalarType(type) && !type.name.includes('__'));
  expect(scalars.length).toBeGreaterThan(7);
  for (const { name, specifiedByURL } of scalars)
    expect({ name, specifiedByURL }).toEqual({ name, specifiedByURL: expect.stringMatching(/^https:/) });
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

test('every list in an answer says how long it may be, and every page which arguments cut it', () => {
  const objects = parse(readFileSync(new URL('supergraph.graphql', ROOT), 'utf8')).definitions.filter(
    (one) => one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION,
  );
  const all = objects.flatMap((type) =>
    (type.fields ?? []).map((field) => ({ type: type.name.value, field })),
  );
  const sized = (field: FieldDefinitionNode) =>
    field.directives?.some(({ name }) => name.value === 'listSize');
  const isPage = (type: string) => type.endsWith('Connection');
  const lists = all.filter(({ type, field }) => !isPage(type) && isList(field.type) && !sized(field));
  expect(lists.map(({ type, field }) => `${type}.${field.name.value}`)).toEqual([]);
  const pages = all.filter(({ field }) => isPage(nameOf(field.type)));
  const wanted =
    /assumedSize: 50, slicingArguments: \[[^\]]*"first"[^\]]*\], sizedFields: \["nodes", "edges"\]/;
  const wrong = pages.filter(({ field }) => !wanted.test(print(field)));
  expect(pages.length).toBeGreaterThan(8);
  expect(wrong.map(({ type, field }) => `${type}.${field.name.value}`)).toEqual([]);
});

/** What clients never see: subgraphs hand it on among themselves. */
const isHidden = ({ directives = [] }: FieldDefinitionNode): boolean =>
  directives.some(({ name }) => name.value === 'inaccessible' || name.value === 'external');

test('every object of any keys in an answer says that it weighs more than a word', () => {
  const objects = files.flatMap(definitionsOf).flatMap((one) => {
    const holds = one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.OBJECT_TYPE_EXTENSION;
    return holds ? (one.fields ?? []).filter(({ type }) => nameOf(type) === 'JSONObject') : [];
  });
  expect(objects.length).toBeGreaterThan(3);
  expect(
    objects
      .filter((field) => !isHidden(field))
      .map((field) => print(field))
      .filter((text) => !/@cost\(weight: \d{2,}\)/.test(text)),
  ).toEqual([]);
});

const nameOf = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : nameOf(type.type);
const isList = (type: TypeNode): boolean =>
  type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));
