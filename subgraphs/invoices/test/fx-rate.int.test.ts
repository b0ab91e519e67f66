import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import { backend, portal } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { fxRates } from '../src/fx-rate/aggregate.js';
import { startInvoices, type Invoices } from './harness.js';

let suite: Invoices;
let own: TestTenant;
beforeAll(async () => {
  suite = await startInvoices();
  own = await suite.openTenant();
});
afterAll(() => suite.stop());

const set = (input: object, of: TestTenant = own) =>
  suite.command<Row>(backend(of), {
    name: 'setFxRate',
    input: { from: 'USD', to: 'EUR', date: '2024-01-01', rate: '0.9', ...input },
    selected: '... on FxRateSet { fxRate { id rate date } } ... on InvalidInput { field }',
  });

async function report(from: string, to: string, currency = 'EUR', of: TestTenant = own): Promise<Row> {
  const query = `query ($from: Date!, $to: Date!, $currency: Currency!) {
    revenueReport(from: $from, to: $to, currency: $currency) { __typename
      ... on RevenueReport { byCurrency { currency minor } converted { currency minor } }
      ... on FxRateMissing { from to date } ... on InvalidInput { field } } }`;
  const found = await suite.ask<{ revenueReport: Row }>(backend(of), query, { from, to, currency });
  return found.revenueReport;
}

test('each invoice is converted at the rate of its day, void ones are not in it, and none is converted without a rate', async () => {
  const first = await suite.subscribe(own, 'US');
  const gone = await suite.subscribe(own, 'US');
  await suite.invoiceOf(own, first.customerId, 0, 'OPEN');
  const { id } = await suite.invoiceOf(own, gone.customerId, 0, 'OPEN');
  expect(await report('2024-01-01', '2024-02-01')).toEqual({
    ...{ __typename: 'FxRateMissing', from: 'USD', to: 'EUR', date: '2024-01-01' },
  });
  expect(await set({ date: '2024-01-02', rate: '0.5' })).toMatchObject({ __typename: 'FxRateSet' });
  expect(await report('2024-01-01', '2024-02-01')).toMatchObject({ __typename: 'FxRateMissing' });
  await set({ date: '2023-12-01', rate: '0.33335' });
  const both = {
    byCurrency: [{ currency: 'USD', minor: '4000' }],
    converted: { currency: 'EUR', minor: '1334' },
  };
  expect(await report('2024-01-01', '2024-02-01')).toMatchObject(both);
  await suite.voidIt(own, id, 'A mistake.');
  expect(await report('2024-01-01', '2024-02-01')).toMatchObject({
    ...{ byCurrency: [{ minor: '2000' }], converted: { minor: '667' } },
  });
  // Yen have no decimals; and nobody knows an inverse.
  await set({ to: 'JPY', date: '2023-12-01', rate: '150.125' });
  expect(await report('2024-01-01', '2024-02-01', 'JPY')).toMatchObject({ converted: { minor: '3003' } });
  expect(await report('2024-01-02', '2024-02-01')).toMatchObject({
    byCurrency: [],
    converted: { minor: '0' },
  });
  expect(await report('2024-02-01', '2024-02-01')).toMatchObject({ __typename: 'InvalidInput', field: 'to' });
});

test('a later rate of the same date takes the place of the first, once for each key, and others see none of it', async () => {
  const asked = { date: '2023-11-01', rate: '0.80', idempotencyKey: newId('key') };
  const made = await set(asked);
  expect(await set(asked)).toEqual(made);
  expect(await set({ date: '2023-11-01', rate: '0.85' })).toMatchObject({
    fxRate: { id: (made['fxRate'] as Row)['id'], rate: '0.85' },
  });
  for (const [input, field] of [
    [{ to: 'USD' }, 'input.to'],
    [{ rate: '0' }, 'input.rate'],
    [{ rate: '-1' }, 'input.rate'],
  ] as const)
    expect(await set(input)).toMatchObject({ __typename: 'InvalidInput', field });
  const query = 'query { fxRates(from: "USD", to: "EUR", first: 100) { nodes { date rate } } }';
  const { fxRates: list } = await suite.ask<{ fxRates: { nodes: Row[] } }>(backend(own), query);
  expect(list.nodes).toContainEqual({ date: '2023-11-01', rate: '0.85' });
  const other = await suite.openTenant();
  expect(await suite.ask(backend(other), query)).toEqual({ fxRates: { nodes: [] } });
  await expect(suite.ask(portal(own, newId('cus')), query)).rejects.toThrow();
  const checked = await suite.platform.db.tenant(own.scope, (tx) =>
    fxRates.check(tx, { after: null, limit: 1_000, repair: false }),
  );
  expect(checked.differences).toEqual([]);
});

test('a return has what was invoiced, less what was withdrawn, and what was credited; debts are by age, and an account adds up', async () => {
  const tenant = await suite.openTenant();
  const { customerId } = await suite.subscribe(tenant, 'DE');
  const gone = await suite.subscribe(tenant, 'DE');
  const { id, lines } = await suite.invoiceOf(tenant, customerId, 0, 'OPEN');
  const withdrawn = await suite.invoiceOf(tenant, gone.customerId, 0, 'OPEN');
  await suite.voidIt(tenant, withdrawn.id, 'A mistake.');
  const items = [{ lineId: String(lines[0]?.['id']), amount: '5' }];
  await suite.command(backend(tenant), { name: 'createCreditNote', input: { invoiceId: id, items } });
  const span = 'currency: "USD", from: "2024-01-01", to: "2024-02-01"';
  const money = '{ minor }';
  const query = `query ($id: ID!, $at: DateTime) {
    taxReport(${span}) { __typename ... on TaxReport { rows { treatment jurisdiction name percent net ${money} tax ${money}
      creditedNet ${money} creditedTax ${money} } } }
    agedReceivables(currency: "USD", at: $at, first: 1) { otherCustomers total { total ${money} }
      customers { customer { id } aging { notDue ${money} upTo30Days ${money} over90Days ${money} } } }
    _entities(representations: [{ __typename: "Customer", id: $id }]) { ... on Customer {
      statement(${span}) { opening ${money} closing ${money} entries { kind number amount ${money} balance ${money} } } } } }`;
  const at = '2024-01-20T12:00:00Z';
  const found = await suite.ask<Row>(backend(tenant), query, { id: customerId, at });
  expect(found).toMatchObject({
    taxReport: {
      rows: [
        {
          ...{ treatment: 'DESTINATION', jurisdiction: 'DE', name: 'Tax', percent: '19' },
          ...{ net: { minor: '2000' }, tax: { minor: '380' } },
          ...{ creditedNet: { minor: '500' }, creditedTax: { minor: '95' } },
        },
      ],
    },
    agedReceivables: {
      ...{ otherCustomers: 0, total: { total: { minor: '1785' } } },
      customers: [
        { customer: { id: customerId }, aging: { notDue: { minor: '0' }, upTo30Days: { minor: '1785' } } },
      ],
    },
    _entities: [
      {
        statement: {
          ...{ opening: { minor: '0' }, closing: { minor: '1785' } },
          entries: [
            { kind: 'INVOICE_FINALISED', number: 'INV-000001', balance: { minor: '2380' } },
            { kind: 'CREDIT_NOTE', amount: { minor: '-595' }, balance: { minor: '1785' } },
          ],
        },
      },
    ],
  });
  const late = await suite.ask<Row>(backend(tenant), query, { id: customerId, at: '2024-06-01T00:00:00Z' });
  expect(late['agedReceivables']).toMatchObject({
    customers: [{ aging: { over90Days: { minor: '1785' } } }],
  });
  const stranger = `query ($id: ID!) { _entities(representations: [{ __typename: "Customer", id: $id }]) { ... on Customer {
    statement(${span}) { closing ${money} } } } }`;
  const seen = await suite.ask<Row>(portal(tenant, gone.customerId), stranger, { id: customerId });
  expect(seen['_entities']).toEqual([{ statement: null }]);
  await expect(suite.ask(portal(tenant, customerId), query, { id: customerId, at })).rejects.toThrow();
});
