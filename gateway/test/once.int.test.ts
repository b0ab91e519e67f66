import { readFileSync } from 'node:fs';
import type { GraphQLInputType, GraphQLNamedType } from 'graphql';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  Kind,
  parse,
} from 'graphql';
import type { SubgraphEndpoint, SubgraphRequest, SubgraphResponse } from '@tollgate/runtime/graphql/endpoint';
import { SUBGRAPHS } from '@tollgate/contracts/subgraphs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphOf } from '../src/planning/graph.js';
import type { Gateway } from '../src/gateway.js';
import { createGateway } from '../src/gateway.js';
import { ask, staffToken, TEST_CONFIG } from './harness.js';

const supergraphSdl = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');
const { schema } = graphOf(supergraphSdl);
const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

/** What a subgraph does with a mutation; each makes the fast path give up after it was sent. */
const FATES: Readonly<Record<string, (request: SubgraphRequest) => SubgraphResponse>> = {
  'answers with an error': () => ({
    data: null,
    errors: [{ message: 'no', extensions: { code: 'INTERNAL' } }],
  }),
  'answers less than the schema promises': () => ({ data: {} }),
  'answers with a type that is not known': ({ query }) => ({
    data: Object.fromEntries(rootsOf(query).map((name) => [name, { __typename: 'Nobody' }])),
  }),
  'is gone before it answers': () => {
    throw new Error('connection reset');
  },
};

let fate = Object.keys(FATES)[0] ?? '';
const sent = new Map<string, number>();

describe('a mutation that was sent', () => {
  let gateway: Gateway;
  let url: string;
  let authorization: string;
  beforeAll(async () => {
    const endpoints = new Map(SUBGRAPHS.map((name) => [name, endpointOf(name)]));
    const config = { ...TEST_CONFIG, callerCostPerSecond: 1_000_000_000 };
    gateway = await createGateway({ config, supergraphSdl, endpoints });
    url = await gateway.listen();
    authorization = `Bearer ${await staffToken(url)}`;
  });
  afterAll(() => gateway.stop());

  it('is one of all that there are', () => {
    expect(mutations.length).toBeGreaterThanOrEqual(20);
  });

  it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
    'is never sent again: %s',
    { timeout: 120_000 },
    async (_name, { name, args: [argument], type }) => {
      const input = argument === undefined ? undefined : sampleOf(argument.type);
      const declared = argument === undefined ? '' : String(argument.type);
      for (const body of requestsOf({ name, declared, input, result: getNamedType(type) })) {
        for (const one of Object.keys(FATES)) {
          fate = one;
          sent.clear();
          const answer = await ask(url, body, { authorization });
          const times = [...sent.values()];
          expect([times.length > 0, Math.max(...times), body.query, answer.body]).toEqual([
            true,
            1,
            body.query,
            answer.body,
          ]);
          expect(answer.body.errors?.length).toBeGreaterThan(0);
        }
      }
    },
  );
});

interface Sample {
  readonly name: string;
  /** The type of its argument; empty where it has none. */
  readonly declared: string;
  readonly input: unknown;
  readonly result: GraphQLNamedType;
}

interface Body {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: object;
}

/** The same mutation as clients write it: named or not, with fragments, defaults and literals, and with a second one. */
function requestsOf({ name, declared, input, result }: Sample): readonly Body[] {
  const call = declared === '' ? name : `${name}(input: $input)`;
  const header = declared === '' ? '' : `($input: ${declared})`;
  const variables = { input };
  const whole = '{ __typename ... on Rejection { message } }';
  const literal = declared === '' ? name : `${name}(input: ${literalOf(input)})`;
  const preset = declared === '' ? '' : `($input: ${declared} = ${literalOf(input)})`;
  const other = name === 'voidInvoice' ? callOf('createProduct') : callOf('voidInvoice');
  return [
    { query: `mutation ${header} { ${call} ${whole} }`, variables },
    { query: `mutation One${header} { ${call} ${whole} }`, variables },
    {
      query: `mutation Two${header} { ${call} ${whole} } query Other { __typename }`,
      operationName: 'Two',
      variables,
    },
    {
      query: `mutation ${header} { ...R } fragment R on Mutation { own: ${call} { ...F } } fragment F on ${result.name} { __typename }`,
      variables,
    },
    { query: `mutation ${preset} { ${call} ${whole} }` },
    { query: `mutation { id: ${literal} ${whole} }` },
    {
      query: `mutation Both${header} { first: ${call} ${whole} second: ${other} { __typename } third: ${call} { __typename } }`,
      variables,
    },
    { query: `mutation ${header} { ${call} { __typename @include(if: true) } }`, variables },
  ];
}

/** Another mutation, with the smallest input. */
function callOf(name: string): string {
  const argument = mutations.find((one) => one.name === name)?.args[0];
  if (argument === undefined) throw new Error(`there is no mutation ${name} with an input`);
  return `${name}(input: ${literalOf(sampleOf(argument.type))})`;
}

/** A subgraph that counts what it is asked to do, by alias. */
function endpointOf(name: string): SubgraphEndpoint {
  return {
    name,
    execute: (request) => {
      if (!request.query.startsWith('mutation')) return Promise.resolve({ data: {} });
      for (const root of rootsOf(request.query)) sent.set(root, (sent.get(root) ?? 0) + 1);
      return Promise.resolve().then(() => FATES[fate]?.(request) ?? {});
    },
    subscribe: () => Promise.reject(new Error('nothing lives here')),
    raw: () => Promise.reject(new Error('nothing is raw here')),
    healthy: () => Promise.resolve(true),
  };
}

/** Response names of the root fields of what a subgraph is sent. */
function rootsOf(query: string): readonly string[] {
  const [operation] = parse(query).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return [];
  return operation.selectionSet.selections.flatMap((one) =>
    one.kind === Kind.FIELD ? [(one.alias ?? one.name).value] : [],
  );
}

/** The smallest value that the schema takes. */
function sampleOf(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return sampleOf(type.ofType);
  if (isListType(type)) return [sampleOf(type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (!isInputObjectType(type)) return SCALARS[type.name] ?? 'x';
  const fields = Object.values(type.getFields());
  const needed = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
  return Object.fromEntries(needed.map((field) => [field.name, sampleOf(field.type)]));
}

const SCALARS: Readonly<Record<string, unknown>> = { Int: 1, Boolean: true, JSONObject: {} };

/** A JSON value as GraphQL writes it; names of enum values are all capitals. */
function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, one]) => `${name}: ${literalOf(one)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' && /^[A-Z][A-Z_]+$/.test(value) ? value : JSON.stringify(value);
}
