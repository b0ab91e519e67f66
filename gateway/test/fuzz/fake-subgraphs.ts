import { buildSubgraphSchema } from '@apollo/subgraph';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import type { SubgraphEndpoint, SubgraphRequest, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import { readSubgraphSdl } from '@tollgate/runtime/graphql/sdl';
import type { GraphQLFieldResolver, GraphQLLeafType, GraphQLOutputType, GraphQLSchema } from 'graphql';
import {
  execute,
  getNullableType,
  GraphQLError,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  parse,
  validate,
} from 'graphql';
import { hashOf } from './random.js';

/** An object of a fake subgraph: its type, and what decides all its fields. */
interface Fake {
  readonly __typename: string;
  readonly seed: string;
}

/** The project's own subgraphs, by their SDL, which answer anything: always the same to the same question. */
export function fakeSubgraphs(): ReadonlyMap<string, SubgraphEndpoint> {
  return new Map(SUBGRAPHS.map((name) => [name, fakeSubgraph(name)]));
}

function fakeSubgraph(name: string): SubgraphEndpoint {
  const sdl = readSubgraphSdl(new URL(`../../../subgraphs/${name}/`, import.meta.url));
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl) });
  return {
    name,
    execute: (request) => answer(schema, request),
    subscribe: () => Promise.reject(new Error('nothing lives here')),
    raw: () => Promise.reject(new Error('nothing is raw here')),
    healthy: () => Promise.resolve(true),
  };
}

async function answer(schema: GraphQLSchema, request: SubgraphRequest): Promise<SubgraphResponse> {
  const document = parse(request.query, { noLocation: true });
  const [invalid] = validate(schema, document);
  if (invalid !== undefined) return { errors: [shown(invalid)] };
  const result = await execute({
    schema,
    document,
    variableValues: request.variables,
    operationName: request.operationName,
    fieldResolver: fakeField(schema),
    typeResolver: (value) => (value as Fake).__typename,
  });
  const { data, errors } = JSON.parse(JSON.stringify(result)) as SubgraphResponse;
  return errors === undefined ? { data } : { data, errors: result.errors?.map(shown) };
}

/** As a subgraph shows its errors: with a code, without places. */
function shown({ message, path, extensions, originalError }: GraphQLError) {
  const isOurs = originalError instanceof GraphQLError || extensions['code'] !== undefined;
  const code = extensions['code'] ?? (originalError === undefined ? 'BAD_USER_INPUT' : 'INTERNAL');
  return {
    message: isOurs || originalError === undefined ? message : 'Internal error.',
    path,
    extensions: { code },
  };
}

function fakeField(schema: GraphQLSchema): GraphQLFieldResolver<Fake | undefined, unknown> {
  return (
    parent,
    args: Readonly<Record<string, unknown>>,
    _context,
    { fieldName, parentType, returnType },
  ) => {
    if (fieldName === '_entities') return entitiesOf(args['representations']);
    if (parent !== undefined && fieldName === 'id') return parent.seed.split(' ')[0];
    const seed = `${parent?.seed ?? ''} ${parentType.name}.${fieldName} ${JSON.stringify(args)}`;
    if (hashOf(`fails ${seed}`) % 100 < 2)
      throw new GraphQLError('Not yours', { extensions: { code: 'FORBIDDEN' } });
    return fakeValue(schema, returnType, seed);
  };
}

/** Entities are known by their keys, whichever subgraph is asked; a few of them are nowhere. */
function entitiesOf(representations: unknown): readonly (Fake | null)[] {
  return (representations as readonly (Fake & { readonly id: string })[]).map(({ __typename, id }) =>
    hashOf(`lost ${id}`) % 100 < 3 ? null : { __typename, seed: `${id} entity` },
  );
}

function fakeValue(schema: GraphQLSchema, type: GraphQLOutputType, seed: string): unknown {
  if (!isNonNullType(type) && hashOf(`null ${seed}`) % 100 < 15) return null;
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    const length = hashOf(`length ${seed}`) % 4;
    const item = nullable.ofType as GraphQLOutputType;
    return Array.from({ length }, (_, index) => fakeValue(schema, item, `${seed} ${index}`));
  }
  if (isLeafType(nullable)) return fakeLeaf(nullable, hashOf(seed));
  const possible = isAbstractType(nullable) ? schema.getPossibleTypes(nullable) : [nullable];
  const { name } = possible[hashOf(`type ${seed}`) % possible.length] ?? { name: '' };
  // Few ids, so that lists hold the same entity twice.
  return {
    __typename: name,
    seed: `${name.toLowerCase()}_${hashOf(seed) % 9} ${isAbstractType(nullable) ? '' : 'entity'}`,
  };
}

function fakeLeaf(type: GraphQLLeafType, hash: number): unknown {
  if (isEnumType(type)) return type.getValues()[hash % type.getValues().length]?.value;
  switch (type.name) {
    case 'Int':
      return hash;
    case 'Boolean':
      return hash % 2 === 0;
    case 'Float':
      return hash / 7;
    case 'JSONObject':
      return { id: 'own', __typename: 'own', deep: { b: hash, a: [hash] } };
    default:
      return `${type.name} ${hash} “ü” ${'\u2028'}`;
  }
}
