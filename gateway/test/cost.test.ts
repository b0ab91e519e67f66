import { readFileSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { compileAnsweredCost } from '../src/operation/answered-cost.js';
import { compileCost } from '../src/operation/cost.js';
import { costModelOf } from '../src/operation/cost-model.js';
import { inputCost } from '../src/operation/input-cost.js';
import { COST_MAX, fragmentsOf, guardDocument } from '../src/operation/limits.js';

const sdl = readFileSync(new URL('../../supergraph.graphql', import.meta.url), 'utf8');
const schema = Supergraph.build(sdl).apiSchema().toGraphQLJSSchema();
const model = costModelOf(sdl);

function costOf(text: string, variables: Readonly<Record<string, unknown>> = {}): number {
  const document = parse(text);
  const { operation } = guardDocument(document, undefined)!;
  return compileCost(operation, { schema, model, fragments: fragmentsOf(document) })(variables);
}

function answeredCostOf(
  text: string,
  data: unknown,
  variables: Readonly<Record<string, unknown>> = {},
): number {
  const document = parse(text);
  const { operation } = guardDocument(document, undefined)!;
  return compileAnsweredCost(operation, { schema, model, fragments: fragmentsOf(document) })(data, variables);
}

/** `{ invoices { nodes { customer { … } } } }`, so many times in one another. */
const invoicesOf = (inner: string) => `invoices { nodes { ${inner} } }`;

test('a page whose length is not said costs the length it has by default, and pages multiply', () => {
  expect(costOf(`{ ${invoicesOf('id')} }`)).toBe(1 + 1 + 50);
  expect(costOf(`{ ${invoicesOf('id customer { id }')} }`)).toBe(1 + 1 + 50 * 3);
  const nested = [1, 2, 3].reduce((inner) => invoicesOf(`customer { ${inner} }`), invoicesOf('id'));
  expect(costOf(`{ ${nested} }`)).toBeGreaterThan(50 ** 4);
});

test('an answer costs what it holds, at most what was asked for, with fragments and inputs', () => {
  const text = `query ($search: String) {
    invoices(first: 7, search: $search) { ...page pageInfo { endCursor } }
  } fragment page on InvoiceConnection { nodes { id other: customer { id } } }`;
  const node = { id: 'inv_1', other: { id: 'cus_1' } };
  const answer = (nodes: readonly object[]) => ({ invoices: { nodes, pageInfo: { endCursor: null } } });
  const long = { search: 'x'.repeat(2_560) };
  expect(answeredCostOf(text, answer([]))).toBe(1 + 1 + 2);
  expect(answeredCostOf(text, answer([node, node]))).toBe(1 + 1 + 2 * 3 + 2);
  expect(answeredCostOf(text, answer([]), long)).toBe(costOf(text, long) - 7 * 3);
  expect(answeredCostOf(text, answer(Array.from({ length: 7 }, () => node)))).toBe(costOf(text));
  expect(
    answeredCostOf('{ meters { filters { in } } }', { meters: [{ filters: [{ in: ['a', 'b'] }] }] }),
  ).toBe(costOf('{ meters { filters { in } } }') - 50 * (1 + 3 * (1 + 5)) + (1 + (1 + 2)));
});

test('edges are as long as nodes, and both are paid', () => {
  expect(costOf('{ invoices(first: 7) { edges { node { id } } nodes { id } pageInfo { endCursor } } }')).toBe(
    1 + (1 + 7 * 2) + (1 + 7) + 2,
  );
});

test('the length that a literal, a variable or its default asks for is the one that counts', () => {
  const text = 'query ($n: Int = 9) { invoices(first: $n) { nodes { id } } }';
  expect(costOf('{ invoices(first: 3) { nodes { id } } }')).toBe(2 + 3);
  expect(costOf(text, { n: 4 })).toBe(2 + 4);
  expect(costOf(text)).toBe(2 + 9);
  for (const n of [null, -1, 'many']) expect(costOf(text, { n })).toBe(2 + 50);
  expect(costOf('{ invoices(first: null) { nodes { id } } }')).toBe(2 + 50);
});

test('a list without pages costs the length that is declared for it', () => {
  expect(costOf('{ meters { id filters { property } } }')).toBe(1 + 50 * (1 + 1 + 3));
  expect(costOf('{ meters { filters { in } } }')).toBe(1 + 50 * (1 + 3 * (1 + 5)));
});

test('fragments cost what they hold, also where they hold the list that an argument cuts', () => {
  const named =
    'query { invoices(first: 3) { ...page } } fragment page on InvoiceConnection { nodes { id } }';
  expect(costOf(named)).toBe(2 + 3);
  expect(costOf('{ invoices(first: 3) { ... on InvoiceConnection { nodes { id } } } }')).toBe(2 + 3);
});

test('long texts cost besides, once more wherever their variable is used, and so do long aliases on every item', () => {
  const long = 'x'.repeat(2_560);
  const report = (head: string) =>
    `mutation (${head}) { reportUsage(input: { events: [${'$one '.repeat(5)}] }) { __typename } }`;
  const given = '$one: UsageEventInput!';
  expect(costOf(report(given), { one: { id: 'x' } })).toBe(1 + 1 + 5 + 1);
  for (const one of [{ id: long }, { id: 'x', properties: { [long]: 1 } }])
    expect(costOf(report(given), { one })).toBe(1 + 1 + 5 * inputCost(one) + 1);
  expect(inputCost({ id: long })).toBe(1 + 10);
  expect(inputCost([long, long])).toBe(2 * (1 + 10));
  expect(costOf(report(`$one: UsageEventInput = { id: "${long}" }`))).toBe(1 + 1 + 5 * (1 + 10) + 1);
  expect(costOf(`{ customer(id: "${long}") { id } }`)).toBe(1 + 10 + 1);
  for (const field of ['id', '__typename'])
    expect(costOf(`{ customers(first: 20) { nodes { ${long}: ${field} } } }`)).toBe(2 + 20 * (1 + 10));
});

test('inputs cost what they hold, once more for every field that takes them', () => {
  const events = Array.from({ length: 100 }, (_, id) => ({ id, properties: { a: 1, b: [1, 2] } }));
  const report = (times: number) =>
    `mutation ($input: ReportUsageInput!) { ${Array.from({ length: times }, (_, i) => `a${String(i)}: reportUsage(input: $input) { __typename }`).join(' ')} }`;
  const one = inputCost({ events });
  expect(one).toBe(1 + 100 * (1 + 1 + 2));
  expect(costOf(report(1), { input: { events } })).toBe(1 + one + 1);
  expect(costOf(report(30), { input: { events } })).toBe(30 * (1 + one + 1));
  expect(
    costOf('mutation { reportUsage(input: { events: [{ id: "1" }, { id: "2" }] }) { __typename } }'),
  ).toBe(1 + 3 + 1);
});

test('an object of any keys costs what it may hold, wherever it is asked for', () => {
  for (const list of ['customers', 'plans', 'subscriptions'])
    expect(costOf(`{ ${list}(first: 20) { nodes { id metadata } } }`)).toBe(2 + 20 * (1 + 10));
  expect(costOf('{ meters { metadata } }')).toBe(1 + 50 * 10);
  expect(costOf('{ customer(id: "x") { a: metadata b: metadata } }')).toBe(1 + 2 * 10);
});

test('an input costs the same as text and as a variable', () => {
  const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => typeof value === 'object' && value !== null);
  fc.assert(
    fc.property(json, (value) => {
      const flat = (one: unknown): number =>
        typeof one !== 'object' || one === null
          ? 0
          : Array.isArray(one)
            ? one.reduce<number>((sum, part) => sum + (isObject(part) ? 0 : 1) + flat(part), 0)
            : Object.values(one).reduce<number>((sum, part) => sum + flat(part), 1);
      expect(inputCost(value)).toBe(flat(value));
    }),
  );
});

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

test('no nesting of an input is too deep to be counted', () => {
  const deep = JSON.parse('['.repeat(500_000) + ']'.repeat(500_000)) as unknown;
  expect(inputCost(deep)).toBe(499_999);
});

test('what the demo page and the README show costs little', () => {
  const whole =
    '{ invoices(first: 20) { nodes { id number total { minor } lines { description quantity tiers { quantity } } customer { name } } } }';
  expect(costOf(whole)).toBeLessThan(COST_MAX / 10);
});

test('usage costs what counting it does, and each hour or day that is shown', () => {
  expect(costOf('{ usage(customerId: "c") { quantity } }')).toBe(1_000 + 10);
  expect(costOf('{ usage(customerId: "c") { buckets { quantity } } }')).toBe(1_000 + 10 * (1 + 400));
});
