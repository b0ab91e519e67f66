import { buildSchema, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { inDocumentOrder } from '../src/federation/response-order.js';
import { fragmentsOf } from '../src/operation/limits.js';

const schema = buildSchema(/* GraphQL */ `
  type Query {
    thing: Thing
    things: [Thing!]!
  }
  union Thing = One | Two
  type One {
    a: Int
    b: Int
    inner: One
  }
  type Two {
    a: Int
    b: Int
    c: Int
  }
`);

function orderOf(query: string, data: unknown, variables: Readonly<Record<string, unknown>> = {}): string {
  const document = parse(query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('not an operation');
  return JSON.stringify(
    inDocumentOrder(data, { schema, operation, fragments: fragmentsOf(document), variables }),
  );
}

test('what a fragment adds to a field stands where the fragment stands', () => {
  const query =
    '{ thing { ... on One { inner { a } ...F inner { x: a } } } } fragment F on One { inner { b } }';
  expect(orderOf(query, { thing: { inner: { a: 1, x: 1, b: 2 } } })).toBe(
    '{"thing":{"inner":{"a":1,"b":2,"x":1}}}',
  );
});

test('an object of a union has the order of its own type, which its fields or its name tell', () => {
  const query = '{ things { ... on One { b a } ... on Two { a c b } } }';
  const data = {
    things: [
      { a: 1, b: 2, c: 3 },
      { a: 1, b: 2 },
    ],
  };
  expect(orderOf(query, data)).toBe('{"things":[{"a":1,"c":3,"b":2},{"b":2,"a":1}]}');
  const named = '{ things { ... on One { b a } ... on Two { a b } kind: __typename } }';
  expect(
    orderOf(named, {
      things: [
        { kind: 'One', a: 1, b: 2 },
        { kind: 'Two', b: 2, a: 1 },
      ],
    }),
  ).toBe('{"things":[{"b":2,"a":1,"kind":"One"},{"a":1,"b":2,"kind":"Two"}]}');
});

test('what a directive leaves out is not looked for', () => {
  const query = 'query ($on: Boolean!) { thing { ... on One @include(if: $on) { b } ... on One { a b } } }';
  expect(orderOf(query, { thing: { b: 2, a: 1 } }, { on: false })).toBe('{"thing":{"a":1,"b":2}}');
  expect(orderOf(query, { thing: { a: 1, b: 2 } }, { on: true })).toBe('{"thing":{"b":2,"a":1}}');
});

test('nulls and objects that fit no type stay as they are', () => {
  const query = '{ thing { ... on One { b a } } }';
  expect(orderOf(query, { thing: null })).toBe('{"thing":null}');
  expect(orderOf(query, { thing: {} })).toBe('{"thing":{}}');
  expect(orderOf(query, null)).toBe('null');
});
