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
