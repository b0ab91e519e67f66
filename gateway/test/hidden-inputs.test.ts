import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { hidesInputs } from '../src/fast-path/hidden-inputs.js';
import { graphOf } from '../src/planning/graph.js';

const SDL = /* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@inaccessible"])
  type Query {
    shown(input: Shown, kind: Kind): Int
  }
  enum Kind {
    OPEN
    SECRET @inaccessible
  }
  enum Plain {
    OPEN
  }
  input Shown {
    plain: Plain
    again: Shown
    deep: [Deep!]
  }
  input Deep {
    known: Int
    secret: Int @inaccessible
  }
  input Bare {
    plain: Plain
  }
  extend type Query {
    bare(input: Bare): Int
  }
`;

const graph = graphOf(composed());

function composed(): string {
  const { supergraphSdl } = composeServices([
    { name: 'one', typeDefs: parse(SDL), url: 'http://one.invalid' },
  ]);
  if (supergraphSdl === undefined) throw new Error('it does not compose');
  return supergraphSdl;
}

const hides = (variables: string) => {
  const [operation] = parse(`query (${variables}) { __typename }`).definitions;
  return hidesInputs(
    graph,
    operation?.kind === 'OperationDefinition' ? (operation.variableDefinitions ?? []) : [],
  );
};

test('a variable of a type with hidden values or fields is judged by the schema that clients see', () => {
  expect(hides('$a: Kind')).toBe(true);
  expect(hides('$a: Int, $b: [Shown!]!')).toBe(true);
});

test('a variable of a type that shows all it has is left to its subgraph', () => {
  expect(hides('$a: Bare!, $b: [ID!], $c: Plain')).toBe(false);
});
