import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { tenantChanged } from '@tollgate/contracts/tenancy/tenant';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import { backend } from '@tollgate/testing/callers';
import { setTestClock, type TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { finaliseNow } from '../src/invoice/handlers.js';
import {
  countOf,
  customerOf,
  gapsOf,
  INPUT,
  numbersOf,
  OUTPUT,
  startInvoices,
  termsFor,
  totalsOf,
  type Invoices,
} from './harness.js';

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

test('numbers have no gaps however many are finalised at once', async () => {
  const own = await suite.openTenant();
  const drafts = await draftsOf(own, 20);
  const answers = await Promise.all(drafts.map((id) => suite.finalise(own, id)));
  expect(answers.map((answer) => answer.__typename)).toEqual(drafts.map(() => 'InvoiceFinalised'));
  const numbers = await numbersOf(suite, own);
  expect(numbers).toHaveLength(20);
  expect(gapsOf(numbers)).toEqual([]);
  // The drafts' own appointments come later and find nothing to do.
  await setTestClock(suite.platform, own.id, '2024-02-02T00:00:00.000Z');
  await waitFor('the appointments', async () => {
    const left = 'SELECT 1 FROM {s}.timer WHERE tenant_id = $1';
    return (await suite.platform.db.shard('main', (tx) => tx.query(left, [own.id]))).length === 0;
  });
  expect((await numbersOf(suite, own)).sort()).toEqual(numbers.sort());
});

test('the gap check has teeth: a sequence loses the number of a transaction that rolled back', async () => {
  const own = await suite.openTenant();
  await suite.platform.db.admin((tx) => tx.query(`CREATE SEQUENCE "${own.schema}".careless`));
  const next = async (outcome: 'kept' | 'rolled back') => {
    let value = 0;
    await suite.platform.db
      .admin(async (tx) => {
        const [row] = await tx.query<{ n: bigint }>(`SELECT nextval('"${own.schema}".careless') AS n`);
        value = Number(row?.n);
        if (outcome === 'rolled back') throw new Error('rolled back');
      })
      .catch(() => undefined);
    return outcome === 'kept' ? [value] : [];
  };
  const numbers = [...(await next('kept')), ...(await next('rolled back')), ...(await next('kept'))];
  expect(gapsOf(numbers)).toEqual([2]);
});

test('a number that was taken in a transaction that rolled back is given to the next invoice', async () => {
  const own = await suite.openTenant();
  const [first, second] = await draftsOf(own, 2);
  const failing = suite.platform.db.tenant(own.scope, async (tx) => {
    await finaliseNow(tx, first ?? '');
    throw new Error('died after the number was taken');
  });
  await expect(failing).rejects.toThrow('died');
  expect(await suite.finalise(own, second ?? '')).toMatchObject({ invoice: { number: 'INV-000001' } });
});

test('the same idempotency key finalises once and answers the same; another body is a conflict', async () => {
  const own = await suite.openTenant();
  const [first, second] = await draftsOf(own, 2);
  const once = await suite.finalise(own, first ?? '', 'k1');
  expect(await suite.finalise(own, first ?? '', 'k1')).toEqual(once);
  expect(await suite.finalise(own, first ?? '')).toMatchObject({
    __typename: 'InvoiceNotDraft',
    status: 'OPEN',
  });
  expect(await suite.finalise(own, second ?? '', 'k1')).toMatchObject({ __typename: 'IdempotencyConflict' });
  expect(await suite.finalise(own, first ?? '', '\u0000')).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.idempotencyKey',
  });
  expect(await suite.finalise(own, newId('inv'))).toMatchObject({ __typename: 'UnknownInvoice' });
  expect(await suite.finalise(own, 'nonsense')).toMatchObject({
    __typename: 'UnknownInvoice',
    invoiceId: 'nonsense',
  });
});

async function draftsOf(of: TestTenant, count: number): Promise<string[]> {
  const all = Array.from({ length: count }, () => termsFor(newId('cus')));
  for (const { customerId } of all) {
    const data = customerOf(customerId, 'US', 1);
    await suite.tell(of, customerChanged, { aggregate: customerId, data });
  }
  const quantities = { [INPUT]: '9', [OUTPUT]: '9' };
  const totals = all.map((terms) => totalsOf(terms, { index: 0, quantities }));
  await suite.tell(of, usagePeriodTotalled, { aggregate: newId('sub'), data: { totals } });
  await waitFor('the drafts', async () => (await countOf(suite, of, 'draft')) === BigInt(count));
  const rows = await suite.sql<{ id: string }>(of, 'SELECT id FROM {t}.invoices_invoice ORDER BY id');
  return rows.map(({ id }) => id);
}

test('a tenant numbers as it says, each series without gaps, by year where it wants; nothing is used twice', async () => {
  const documents = {
    ...{ invoicePrefix: 'R/', creditNotePrefix: 'G/', numberDigits: 3, yearlyNumbers: true },
    ...{ legalName: 'Ada GmbH', address: ['Hauptstr. 1', '10115 Berlin'], email: null },
    ...{ footer: 'HRB 1', memo: '<b>Thanks</b>' },
  };
  const own = await suite.openTenant({ documents });
  const [first, second, third] = await draftsOf(own, 3);
  expect(await suite.finalise(own, first ?? '')).toMatchObject({ invoice: { number: 'R/2024-001' } });
  const change = (revision: number, more: object) =>
    suite.tell(own, tenantChanged, {
      aggregate: own.id,
      data: { tenantId: own.id as `ten_${string}`, revision, settings: { ...SETTINGS, ...more } },
    });
  await change(2, {});
  await suite.quiet();
  expect(await suite.finalise(own, second ?? '')).toMatchObject({ invoice: { number: 'INV-000001' } });
  await change(3, { documents });
  await suite.quiet();
  expect(await suite.finalise(own, third ?? '')).toMatchObject({ invoice: { number: 'R/2024-002' } });
  const query = `query ($id: ID!) { invoice(id: $id) { facts { seller { name address } buyer { name country } memos footer }
    electronic { syntax xml } } }`;
  const { invoice } = await suite.ask<Row>(backend(own), query, { id: third });
  // It was made by the first settings.
  expect(invoice).toMatchObject({
    facts: {
      seller: { name: 'Ada GmbH', address: ['Hauptstr. 1', '10115 Berlin'] },
      ...{ buyer: { name: 'Ada' }, memos: ['<b>Thanks</b>'], footer: 'HRB 1' },
    },
    electronic: { syntax: 'CII', xml: expect.stringContaining('<ram:Content>&lt;b&gt;Thanks') },
  });
});

const SETTINGS = {
  ...{ name: 'Test', currency: 'USD', timeZone: 'UTC', country: 'US', taxRates: { DE: '19' } },
  ...{ invoiceGraceSeconds: 3_600, groupInvoices: false, sandbox: true },
} as const;
