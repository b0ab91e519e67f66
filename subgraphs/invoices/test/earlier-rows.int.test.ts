import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { invoices } from '../src/invoice/aggregate.js';
import old from './fixtures/rules-1.json' with { type: 'json' };
import { customerOf, startInvoices, termsFor, type Invoices } from './harness.js';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';

const CUSTOMER = 'cus_01kb0000000000000000000001';
const SUBSCRIPTION = 'sub_01kb0000000000000000000001';
const INPUT = 'mtr_01kb0000000000000000000001';
const OUTPUT = 'mtr_01kb0000000000000000000002';
const DRAFT = 'inv_01kb0000000000000000000003';
const STORIES = [
  ['inv_01kb0000000000000000000002', old.stories.paid],
  [DRAFT, old.stories.draft],
  ['inv_01kb0000000000000000000004', old.stories.void],
] as const;

let suite: Invoices;
let tenant: TestTenant;

beforeAll(async () => {
  suite = await startInvoices();
  tenant = await suite.openTenant();
  await suite.tell(tenant, customerChanged, {
    aggregate: CUSTOMER,
    data: customerOf(CUSTOMER, 'DE', 1),
  });
  await suite.quiet();
  for (const [id, story] of STORIES) await writeInvoice(id, story);
  for (const period of old.periods) await writePeriod(period);
});
afterAll(() => suite.stop());

test('invoices that an earlier release stored are shown with all that is asked of them now', async () => {
  const [paid, draft, voided] = await suite.invoicesOf(tenant, CUSTOMER);
  expect(paid).toMatchObject({
    status: 'PAID',
    subtotal: { minor: '2669' },
    taxTreatment: 'DESTINATION',
    taxes: [{ name: 'Tax', percent: '19', amount: { minor: '507' } }],
    total: { minor: '3176' },
    amountPaid: { minor: '3176' },
    amountDue: { minor: '0' },
  });
  expect(draft).toMatchObject({
    status: 'DRAFT',
    lines: [
      { kind: 'USAGE', subscription: { id: SUBSCRIPTION } },
      { kind: 'USAGE' },
      { kind: 'FEE' },
      { kind: 'LATE', amount: { minor: '150' } },
      { kind: 'LATE', amount: { minor: '-70' } },
    ],
  });
  expect(voided).toMatchObject({ status: 'VOID', amountPaid: { minor: '0' } });
});

test('late usage of a period from then re-totals its draft, and of an earlier one waits for the next invoice', async () => {
  const [latest, earlier] = old.periods;
  const terms = termsFor(CUSTOMER, { subscriptionId: SUBSCRIPTION, prices: presentPrices() });
  const told = { revision: 3, at: '2024-01-01T00:00:00Z', next: null };
  const { period: november } = latest ?? raise();
  const { period: october } = earlier ?? raise();
  await suite.close(tenant, terms, {
    ...told,
    index: 0,
    period: october,
    quantities: { [INPUT]: '5500000', [OUTPUT]: '150000' },
  });
  await suite.close(tenant, terms, {
    ...told,
    index: 1,
    period: november,
    quantities: { [INPUT]: '2200000', [OUTPUT]: '5' },
  });
  const draft = await waitFor('the re-total', async () => {
    const [, found] = await suite.invoicesOf(tenant, CUSTOMER);
    return found?.revision === 2 ? found : null;
  });
  expect(draft.lines).toMatchObject([
    { kind: 'USAGE', quantity: '2200000', amount: { minor: '180' } },
    { kind: 'USAGE', amount: { minor: '0' } },
    { kind: 'FEE', amount: { minor: '2000' } },
    { kind: 'LATE', quantity: '1000000', amount: { minor: '150' } },
    { kind: 'LATE', quantity: '-100000', amount: { minor: '-70' } },
  ]);
  const [row] = await suite.sql<{ billed: unknown; latest: unknown }>(
    tenant,
    'SELECT billed, latest FROM {t}.invoices_period WHERE period_from = $1',
    [october.from],
  );
  expect(row).toEqual({
    billed: { [INPUT]: at('4500000'), [OUTPUT]: at('150000') },
    latest: { [INPUT]: at('5500000'), [OUTPUT]: at('150000') },
  });
});

test('rows of an earlier release are told from the rows of now, and rebuilt from their journal', async () => {
  const check = (repair: boolean) =>
    suite.platform.db.tenant(tenant.scope, (tx) => invoices.check(tx, { after: null, limit: 100, repair }));
  const { differences } = await check(true);
  const [rows, books] = [true, false].map((isRow) =>
    differences.filter(({ table }) => isRow === (table === 'invoices_invoice')),
  );
  expect(rows?.map(({ stream }) => stream)).toEqual([STORIES[0][0], STORIES[2][0]]);
  // The ledger was not there yet: what those invoices posted is added.
  expect(books?.map(({ kind }) => kind)).toEqual(books?.map(() => 'missing'));
  expect(new Set(books?.map(({ stream }) => stream))).toEqual(new Set([STORIES[0][0], STORIES[2][0]]));
  expect((await check(false)).differences).toEqual([]);
});

const at = (to: string) => ({ from: null, to });

function raise(): never {
  throw new Error('the fixture has two periods');
}

/** The fixture's prices as plans publishes them now: what usage tells with late totals. */
function presentPrices() {
  const [, input, output] = termsFor(CUSTOMER).prices;
  return [
    { ...(input ?? raise()), meterId: INPUT, priceId: 'prc_01kb0000000000000000000002' as const },
    { ...(output ?? raise()), meterId: OUTPUT, priceId: 'prc_01kb0000000000000000000003' as const },
  ] as ReturnType<typeof termsFor>['prices'];
}

async function writeInvoice(id: string, { events, state }: (typeof STORIES)[number][1]): Promise<void> {
  for (const [index, { type, ...data }] of events.entries())
    await suite.sql(
      tenant,
      `INSERT INTO {t}.event (stream, version, type, data, occurred_at, actor, cause, correlation)
       VALUES ($1, $2, $3, $4, '2023-11-01', 'system', 'test', 'test')`,
      [id, index + 1, type, JSON.stringify(data)],
    );
  const { basis, totals, status, revision, createdAt } = state;
  const number = 'number' in state ? state.number : null;
  await suite.sql(
    tenant,
    `INSERT INTO {t}.invoices_invoice
       (id, customer_id, subscription_id, origin, status, number, currency, total_minor, revision, created_at, state)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      basis.customerId,
      basis.subscriptionId,
      basis.origin,
      status,
      number,
      basis.currency,
      totals.totalMinor.$bigint,
      revision,
      createdAt,
      JSON.stringify(state),
    ],
  );
}

async function writePeriod(one: (typeof old.periods)[number]): Promise<void> {
  await suite.sql(
    tenant,
    `INSERT INTO {t}.invoices_period
       (subscription_id, period_from, period_to, index, invoice_id, revision, is_last, terms, billed, latest)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      SUBSCRIPTION,
      one.period.from,
      one.period.to,
      one.index,
      one.invoiceId,
      one.revision,
      one.isLast,
      JSON.stringify(one.terms),
      JSON.stringify(one.billed),
      JSON.stringify(one.latest),
    ],
  );
}
