import {
  execute,
  getOperationAST,
  parse,
  buildSchema,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileExecution } from './compiled-execution.js';

const SDL = `
  interface Named { name: String! }
  type Person implements Named { name: String!, age: Int, friends: [Named], pets(first: Int = 2): [Animal]! }
  type Robot implements Named { name: String!, parts: [[String!]]!, owner: Person }
  type Cat { name: String!, weight: Float }
  type Dog { name: String, tricks: [String!]! }
  union Animal = Cat | Dog
  type Query { named: Named, people: [Person], robot: Robot!, animals: [Animal]!, all: [Person!] }
  type Mutation { rename(to: String!): Person, other: Int }
`;
const schema = buildSchema(SDL);
const QUERY = `query Q($first: Int) {
  named { __typename name ...more ... on Robot { owner { name age } } }
  people { called: name age friends { name } pets(first: $first) { ...animal } }
  robot { parts owner { name pets { ...animal } } }
  animals { ...animal }
}
fragment more on Named { name ... on Person { age friends { name ... on Robot { parts } } } }
fragment animal on Animal { __typename ... on Cat { name weight } ... on Dog { tricks name } }`;

/** What a resolver may give: what fits, what does not, now or later, or an error. */
type Given =
  { readonly now: unknown } | { readonly later: unknown } | { readonly fails: 'now' | 'later' | 'as value' };

function resolved(given: Given): unknown {
  if ('now' in given) return given.now;
  if ('later' in given) return Promise.resolve(given.later);
  if (given.fails === 'now') throw new Error('no');
  return given.fails === 'later' ? Promise.reject(new Error('later no')) : new Error('no value');
}

const mostly = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Given> =>
  fc.oneof(
    { arbitrary: fc.record({ now: value }), weight: 12 },
    { arbitrary: fc.record({ later: value }), weight: 6 },
    { arbitrary: fc.record({ now: fc.constantFrom(null, undefined) }), weight: 1 },
    {
      arbitrary: fc.record({ fails: fc.constantFrom('now' as const, 'later' as const, 'as value' as const) }),
      weight: 1,
    },
  );

/** An object whose fields are methods, as default resolvers call them. */
const object = (typename: string, fields: Record<string, fc.Arbitrary<Given>>): fc.Arbitrary<unknown> =>
  fc.record(fields).map((given) => ({
    __typename: typename,
    ...Object.fromEntries(Object.entries(given).map(([name, one]) => [name, () => resolved(one)])),
  }));

const text = mostly(fc.oneof(fc.string(), fc.integer(), fc.constant({})));
const many = (of: fc.Arbitrary<unknown>) =>
  mostly(
    fc.oneof(
      fc.array(
        of.chain((one) => fc.constantFrom(one, Promise.resolve(one))),
        { maxLength: 3 },
      ),
      fc.constant('no list'),
    ),
  );
const cat = object('Cat', { name: text, weight: mostly(fc.oneof(fc.double(), fc.string())) });
const dog = object('Dog', { name: text, tricks: many(fc.string()) });
const animal = fc.oneof(cat, dog, fc.constant({ __typename: 'Person' }), fc.constant(null));
const { person } = fc.letrec((tie) => ({
  person: object('Person', {
    name: text,
    age: mostly(fc.oneof(fc.integer(), fc.string())),
    friends: many(fc.oneof({ depthSize: 'small' }, fc.constant(null), tie('person'), tie('robot'))),
    pets: many(animal),
  }),
  robot: object('Robot', { name: text, parts: many(fc.array(fc.string())), owner: mostly(tie('person')) }),
}));
const robot = object('Robot', { name: text, parts: many(fc.array(fc.string())), owner: mostly(person) });
const root = object('Query', {
  named: mostly(fc.oneof(person, robot, cat)),
  people: many(person),
  robot: mostly(robot),
  animals: many(animal),
});

interface Asked {
  readonly query: string;
  readonly rootValue: unknown;
  readonly variables?: Record<string, unknown>;
}

async function compiled(asked: Asked, on: GraphQLSchema = schema): Promise<ExecutionResult> {
  const document = parse(asked.query);
  const operation = getOperationAST(document);
  const run = operation ? compileExecution(on, document, operation) : null;
  if (run === null) throw new Error('not compiled');
  return run({ rootValue: asked.rootValue, contextValue: {}, variables: asked.variables ?? {} });
}

async function plain({ query, rootValue, variables = {} }: Asked): Promise<ExecutionResult> {
  return execute({ schema, document: parse(query), rootValue, variableValues: variables, contextValue: {} });
}

/** Of errors below one null which are told is a matter of time; whether there is one is not, nor are those that left just a null. */
function compared({ data, errors = [] }: ExecutionResult) {
  const told = errors.map(({ path = [], message }) => {
    const left = leftOf(data, path);
    return left.length === path.length
      ? `${left.join('.')}: ${nameless(message)}`
      : `below ${left.join('.')}`;
  });
  return { data: JSON.stringify(data), errors: [...new Set(told)].sort() };
}

/** As much of a path as the data still has. */
function leftOf(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  const [key] = path;
  if (data === null || data === undefined || key === undefined) return [];
  return [key, ...leftOf((data as Record<string, unknown>)[key], path.slice(1))];
}

/** How a value is described and what a type could have been is not told alike. */
function nameless(message: string): string {
  return /^Abstract type|must resolve to an Object type|is not a possible type/.test(message)
    ? 'abstract'
    : message;
}

test('a compiled operation answers as graphql-js does, whatever resolvers give, now or later', async () => {
  await fc.assert(
    fc.asyncProperty(root, fc.option(fc.nat(3)), async (rootValue, first) => {
      const asked = { query: QUERY, rootValue, variables: { first } };
      const [mine, theirs] = await Promise.all([compiled(asked), plain(asked)]);
      expect(compared(mine)).toEqual(compared(theirs));
    }),
    { numRuns: 400 },
  );
});

test('an element that leaves nothing ends its list, once what is beside it has ended: no failure is left alone', async () => {
  const later = new Promise((_, fail) => setTimeout(() => fail(new Error('later')), 5));
  const after = new Promise((_, fail) => setTimeout(() => fail(new Error('after')), 1));
  const rootValue = { all: [{ name: later }, later, { name: new Error('at once') }, after] };
  const { data, errors } = await compiled({ query: '{ all { name } }', rootValue });
  expect(data).toEqual({ all: null });
  expect(errors?.map(({ message, path }) => [message, path])).toEqual([['at once', ['all', 2, 'name']]]);
});

test('arguments, defaults and variables reach the resolver', async () => {
  const rootValue = {
    people: [{ pets: (args: object) => [{ __typename: 'Dog', name: JSON.stringify(args) }] }],
  };
  const query = `query($n: Int) { people { a: pets { ...d } b: pets(first: 7) { ...d } c: pets(first: $n) { ...d } } }
    fragment d on Dog { name }`;
  const { data } = await compiled({ query, rootValue, variables: { n: 3 } });
  const pet = (first: number) => [{ name: JSON.stringify({ first }) }];
  expect(data).toEqual({ people: [{ a: pet(2), b: pet(7), c: pet(3) }] });
});

test('one mutation is compiled; of several, which run one after the other, none is', async () => {
  const rootValue = { rename: ({ to }: { readonly to: string }) => ({ name: to }) };
  const { data } = await compiled({ query: 'mutation { rename(to: "x") { name } }', rootValue });
  expect(data).toEqual({ rename: { name: 'x' } });
  await expect(compiled({ query: 'mutation { rename(to: "x") { name } other }', rootValue })).rejects.toThrow(
    'not compiled',
  );
});

test.each([
  ['a directive', '{ robot { parts @skip(if: true) name } }'],
  ['introspection', '{ __schema { queryType { name } } }'],
  ['a name that objects have of their own', '{ __proto__: robot { parts } }'],
])('%s is left to graphql-js', async (_, query) => {
  await expect(compiled({ query, rootValue: {} })).rejects.toThrow('not compiled');
});

test('resolvers that look at the operation leave the whole schema to graphql-js', async () => {
  const curious = buildSchema(SDL);
  const field = curious.getQueryType()?.getFields()['animals'];
  if (field)
    field.resolve = (_source, _args, _context, info) => [{ __typename: 'Dog', name: info.fieldName }];
  await expect(compiled({ query: '{ robot { parts } }', rootValue: {} }, curious)).rejects.toThrow(
    'not compiled',
  );
});
