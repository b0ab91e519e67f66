import { buildSchema, execute, parse, type ExecutionResult } from 'graphql';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCoercion } from './coercion.js';

const schema = buildSchema(`
  scalar _Any
  scalar Date
  enum Size { SMALL LARGE }
  input Part { name: ID!, count: Int = 3, sizes: [Size!], when: Date, part: Part }
  input Order { parts: [Part!]!, note: String, fast: Boolean! = true }
  type Query { order(order: Order!, part: Part, limit: Int = 5, ids: [ID!]): String }
`);
const document = parse(
  `query Q($order: Order!, $part: Part, $limit: Int, $ids: [ID!]) {
    order(order: $order, part: $part, limit: $limit, ids: $ids) }`,
);
const rootValue = { order: (args: unknown) => JSON.stringify(args) };
const coercion = compileCoercion(schema, document, 'Q');

const plain = (variables: Record<string, unknown>) =>
  execute({ schema, document, rootValue, variableValues: variables }) as ExecutionResult;

/** What the resolver gets by the compiled way; graphql-js's answer where that declines. */
function compiled(variables: Record<string, unknown>): ExecutionResult {
  const coerced = coercion?.(variables) ?? null;
  if (coerced === null) return plain(variables);
  const { document: opened, variables: variableValues } = coerced;
  return execute({ schema, document: opened, rootValue, variableValues }) as ExecutionResult;
}

const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  part: fc.record(
    {
      name: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
      count: fc.oneof(fc.integer(), fc.constant(null), fc.string()),
      sizes: fc.oneof(fc.array(fc.constantFrom('SMALL', 'LARGE', 'HUGE')), fc.constant('SMALL')),
      when: fc.anything(),
      part: fc.option(tie('part'), { depthSize: 'small' }),
      other: fc.nat(),
    },
    { requiredKeys: ['name'] },
  ),
})).part;
const variablesArbitrary = fc.record(
  {
    order: fc.record(
      { parts: fc.oneof(fc.array(value), value), note: fc.option(fc.string()), fast: fc.boolean() },
      { requiredKeys: ['parts'] },
    ),
    part: fc.option(value),
    limit: fc.oneof(fc.integer(), fc.string()),
    ids: fc.oneof(fc.array(fc.oneof(fc.string(), fc.integer())), fc.array(fc.anything()), fc.string()),
  },
  { requiredKeys: [] },
);

test('compiled coercion answers exactly as graphql-js does, whatever the variables are', () => {
  fc.assert(
    fc.property(variablesArbitrary, (variables) => {
      expect(compiled(variables)).toEqual(plain(variables));
    }),
  );
});

test('what fits is coerced without graphql-js: defaults, ids, nested objects', () => {
  const part = { name: 7, part: { name: 'inner', count: null, sizes: ['LARGE'] } };
  const coerced = coercion?.({ order: { parts: [part] }, part: null, ids: [1, 'b'] });
  expect(coerced?.variables).toEqual({
    order: {
      parts: [{ name: '7', count: 3, part: { name: 'inner', count: null, sizes: ['LARGE'] } }],
      fast: true,
    },
    part: null,
    ids: ['1', 'b'],
  });
});

test.each([
  ['a field that the type does not have', { order: { parts: [{ name: 'a', other: 1 }] } }],
  ['a missing field', { order: { parts: [{}] } }],
  ['a wrong scalar', { order: { parts: [{ name: 'a', count: 'many' }] } }],
  ['a missing variable', {}],
])('%s is left to graphql-js, which says what is wrong', (_, variables) => {
  expect(coercion?.({ part: null, ids: [], ...variables })).toBeNull();
});

test('operations without lists and input objects are not compiled', () => {
  const small = parse('query ($limit: Int) { order(order: {parts: []}, limit: $limit) }');
  expect(compileCoercion(schema, small, undefined)).toBeNull();
});
