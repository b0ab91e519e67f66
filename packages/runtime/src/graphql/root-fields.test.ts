import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { rootFieldsRead } from './root-fields.js';

const schema = buildSchema(`
  type Query { invoice(id: ID!): Int invoices(customerId: ID, first: Int): Int _service: Int }
  type Mutation { pay(id: ID!): Int }
  type Subscription { invoiceUpdated(customerId: ID): Int }`);

const fieldsOf = (query: string, variableValues: Record<string, unknown> = {}, operationName?: string) =>
  rootFieldsRead({ schema, document: parse(query), variableValues, operationName: operationName ?? null });

test('what is read is named once, wherever it stands, with what it is about', () => {
  const query = `query A($id: ID!) { invoice(id: $id) again: invoice(id: $id) other: invoice(id: "inv_2") ... { invoices(first: 2) } ...F }
    fragment F on Query { invoices(customerId: "cus_1") _service __typename }`;
  expect(fieldsOf(query, { id: 'inv_1' })).toEqual([
    { name: 'invoice', subject: 'inv_1' },
    { name: 'invoice', subject: 'inv_2' },
    { name: 'invoices', subject: '' },
    { name: 'invoices', subject: 'cus_1' },
  ]);
});

test('a subscription reads, a mutation leaves lines of its own', () => {
  expect(fieldsOf('subscription { invoiceUpdated(customerId: "cus_1") }')).toEqual([
    { name: 'invoiceUpdated', subject: 'cus_1' },
  ]);
  expect(fieldsOf('mutation { pay(id: "inv_1") }')).toEqual([]);
});

test('arguments that make no sense do not keep a read from being named, and no operation is none', () => {
  expect(fieldsOf('query($id: ID!) { invoice(id: $id) }')).toEqual([{ name: 'invoice', subject: '' }]);
  expect(fieldsOf('query A { invoices } query B { invoice(id: 1) }')).toEqual([]);
  expect(fieldsOf('query A { invoices } query B { invoice(id: 1) }', {}, 'B')).toEqual([
    { name: 'invoice', subject: '1' },
  ]);
});
