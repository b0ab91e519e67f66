import { buildSchema, parse, print } from 'graphql';
import { expect, test } from 'vitest';
import { keepNumbers } from './exact-numbers.js';

const schema = buildSchema(`
  scalar JSONObject
  scalar Decimal
  input Event { count: Int, amount: Decimal, properties: JSONObject }
  type Query { report(event: Event, properties: JSONObject): Int }
`);
const kept = (text: string) => print(keepNumbers(parse(text), text, schema)).replace(/\s+/g, ' ');

test('numbers of a JSON value that would lose digits are texts, all others stay as they are written', () => {
  const long = '0.1234567890123456789';
  expect(
    kept(
      `{ report(event: { count: 7, amount: ${long}, properties: { a: ${long}, b: [1.5, { c: 9007199254740993 }] } }) }`,
    ),
  ).toBe(
    `{ report( event: {count: 7, amount: ${long}, properties: {a: "${long}", b: [1.5, {c: "9007199254740993"}]}} ) }`,
  );
});

test('a document without such numbers is the same one', () => {
  const text = '{ report(properties: { a: 0.5, b: "12345678901234567890" }) }';
  const document = parse(text);
  expect(keepNumbers(document, text, schema)).toBe(document);
});
