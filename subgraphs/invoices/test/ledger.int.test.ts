import { afterAll, beforeAll, expect, test } from 'vitest';
import { paymentRefunded, paymentSettled } from '@tollgate/contracts/payments/payment';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import { backend, portal } from '@tollgate/testing/callers';
import { setTestClock, type TestTenant } from '@tollgate/testing/stack';
import { invoices } from '../src/invoice/aggregate.js';
import { provenInvoices } from '../src/proof/handlers.js';
import { INPUT, OUTPUT, START, startInvoices, type Invoices } from './harness.js';

let suite: Invoices;
let own: TestTenant;
beforeAll(async () => {
  suite = await startInvoices();
  own = await suite.openTenant();
});
afterAll(() => suite.stop());

interface Account {
  readonly account: string;
  readonly balance: { readonly minor: string };
}

/** Accounts that do not stand at nothing. */
async function ledger(of: TestTenant = own, at?: string): Promise<Record<string, string>> {
  const query = `query ($at: DateTime) { ledger(currency: "USD", at: $at) {
    accounts { account balance { minor } } } }`;
  type Found = { ledger: { accounts: readonly Account[] } };
  const found = await suite.ask<Found>(backend(of), query, at === undefined ? {} : { at });
  const stand = found.ledger.accounts.map(({ account, balance }) => [account, balance.minor] as const);
  return Object.fromEntries(stand.filter(([, minor]) => minor !== '0'));
}

async function entries(filter: Readonly<Record<string, unknown>>): Promise<readonly Row[]> {
  const query = `query ($invoiceId: ID, $kind: LedgerEntryKind, $account: LedgerAccount) {
    ledgerEntries(invoiceId: $invoiceId, kind: $kind, account: $account, currency: "USD") {
      nodes { id kind causeId invoiceId lines { account amount { minor } } } } }`;
  const found = await suite.ask<{ ledgerEntries: { nodes: readonly Row[] } }>(backend(own), query, filter);
  return found.ledgerEntries.nodes;
}

const head = { currency: 'USD', provider: 'stripe' } as const;

test('a fee is owed, paid, earned by the day and given back, and the journal says the same', async () => {
  const { customerId } = await suite.subscribe(own, 'DE');
  const { id: invoiceId, lines } = await suite.invoiceOf(own, customerId, 0, 'OPEN');
  expect(await ledger()).toEqual({
    ...{ ACCOUNTS_RECEIVABLE: '2380', DEFERRED_REVENUE: '-2000', TAX_PAYABLE: '-380' },
  });
  const paymentId = newId('pay');
  const paid = { paymentId, invoiceId, customerId, amountMinor: '2400', ...head };
  const settled = { ...paid, reference: 'r1', settledAt: START };
  await suite.tell(own, paymentSettled, { aggregate: invoiceId, data: settled as never });
  await suite.quiet();
  await setTestClock(suite.platform, own.id, '2024-01-11T12:00:00Z');
  expect(await ledger()).toEqual({
    ...{
      CASH: '2400',
      DEFERRED_REVENUE: '-1355',
      REVENUE: '-645',
      TAX_PAYABLE: '-380',
      CUSTOMER_CREDIT: '-20',
    },
  });
  const created = await suite.command<Row>(backend(own), {
    name: 'createCreditNote',
    input: { invoiceId, to: 'REFUND' },
    selected: `... on CreditNoteCreated { creditNote { id refunded { minor } } }`,
  });
  const { id: refundId } = created['creditNote'] as { id: string };
  expect(await ledger()).toEqual({ CASH: '2400', REFUNDS_PAYABLE: '-2380', CUSTOMER_CREDIT: '-20' });
  const back = { invoiceId, customerId, currency: 'USD', refundId, amountMinor: '2380', provider: 'stripe' };
  const refunded = { ...back, paymentId, refundedAt: '2024-01-11T12:00:00.000Z' };
  await suite.tell(own, paymentRefunded, { aggregate: invoiceId, data: refunded as never });
  await suite.quiet();
  expect(await ledger()).toEqual({ CASH: '20', CUSTOMER_CREDIT: '-20' });
  // As it was before.
  expect(await ledger(own, '2024-01-02T00:00:00Z')).toMatchObject({ REVENUE: '-65', CASH: '2400' });
  expect((await entries({ invoiceId })).map(({ kind }) => kind)).toEqual([
    ...['INVOICE_FINALISED', 'PAYMENT', 'OVERPAYMENT', 'CREDIT_NOTE', 'REFUND_SENT'],
  ]);
  expect(await entries({ invoiceId, account: 'CUSTOMER_CREDIT' })).toMatchObject([
    {
      ...{ kind: 'OVERPAYMENT', causeId: paymentId },
      lines: [
        { account: 'CASH', amount: { minor: '20' } },
        { account: 'CUSTOMER_CREDIT', amount: { minor: '-20' } },
      ],
    },
  ]);
  expect(lines).toHaveLength(1);
  expect(await differences()).toEqual([]);
});

test('an entry that does not sum to zero is refused, none is changed, and one that is missing is added again', async () => {
  const tampered = (text: string) => suite.sql(own, text);
  await expect(
    tampered(`INSERT INTO {t}.invoices_ledger_entry (id, stream, version, at, kind, cause_id, currency, customer_id,
      revenue_on, cash) VALUES ('led_1', 'inv_1', 1, now(), 'payment', 'pay_1', 'USD', 'cus_1', '2024-01-01', 1)`),
  ).rejects.toThrow('sums_to_zero');
  await expect(tampered('UPDATE {t}.invoices_ledger_entry SET cash = cash')).rejects.toThrow(
    'permission denied',
  );
  await expect(tampered('DELETE FROM {t}.invoices_ledger_entry')).rejects.toThrow('permission denied');
  const { invoice } = await billed();
  await tampered('DELETE FROM {t}.invoices_deferral');
  expect(await differences()).toMatchObject([{ kind: 'missing' }, { kind: 'missing' }, { kind: 'missing' }]);
  await differences(true);
  expect(await differences()).toEqual([]);
  await suite.voidIt(own, invoice.id, 'A mistake.');
  expect(await ledger()).toEqual({ CASH: '20', CUSTOMER_CREDIT: '-20' });
  expect(await differences()).toEqual([]);
});

test('what was invoiced in one month is earned over the months that it covers', async () => {
  const tenant = await suite.openTenant();
  await suite.subscribe(tenant, 'US');
  const { customerId } = await suite.subscribe(tenant, 'US');
  await suite.invoiceOf(tenant, customerId, 0, 'OPEN');
  const from = async (date: string) => {
    const query = `query { revenueWaterfall(currency: "USD", from: "${date}", months: 2) {
      invoicedIn recognised { minor } } }`;
    const found = await suite.ask<{ revenueWaterfall: readonly Row[] }>(backend(tenant), query);
    return found.revenueWaterfall;
  };
  const invoicedIn = '2024-01-01';
  expect(await from('2024-01-15')).toEqual([{ invoicedIn, recognised: [{ minor: '4000' }, { minor: '0' }] }]);
  expect(await from('2023-12-01')).toEqual([{ invoicedIn, recognised: [{ minor: '0' }, { minor: '4000' }] }]);
  expect(await from('2024-02-01')).toEqual([]);
});

test('the books are not for portal tokens, and no tenant sees those of another', async () => {
  const { customerId } = await billed();
  const query = 'query { ledger(currency: "USD") { at } }';
  await expect(suite.ask(portal(own, customerId), query)).rejects.toThrow();
  const other = await suite.openTenant();
  expect(await ledger(other)).toEqual({});
});

async function billed() {
  const { customerId } = await suite.subscribe(own, 'US');
  return { customerId, invoice: await suite.invoiceOf(own, customerId, 0, 'OPEN') };
}

async function differences(repair = false) {
  const checked = await suite.platform.db.tenant(own.scope, (tx) =>
    invoices.check(tx, { after: null, limit: 1_000, repair }),
  );
  return checked.differences;
}

test('invoices are computed again and compared: one row that was altered is found, and a link proves a document', async () => {
  const tenant = await suite.openTenant({ taxRates: { DE: '19' } });
  const { customerId, terms } = await suite.subscribe(tenant, 'DE');
  await suite.close(tenant, terms, { index: 0, quantities: { [INPUT]: '3000000', [OUTPUT]: '250000' } });
  const { id } = await suite.invoiceOf(tenant, customerId, 1);
  await suite.finalise(tenant, id);
  expect(await proven(tenant)).toMatchObject({ count: 2, faults: [] });
  const query = `query ($id: ID!) { verifyInvoice(invoiceId: $id) { matches basisHash differences { part path stored recomputed } }
    invoice(id: $id) { proof { hash path } explanation { rules lines { planVersion { id } exactAmount rounding discountedAmount
      events { customerId meterId from to } position { from to } tiers { tier amount } taxes { exact } price } } } }`;
  const { verifyInvoice, invoice } = await suite.ask<Record<string, Row>>(backend(tenant), query, { id });
  expect(verifyInvoice).toMatchObject({ matches: true, differences: [] });
  const explained = (invoice?.['explanation'] as { lines: readonly Row[] }).lines;
  expect(explained.find(({ position }) => position !== null)).toMatchObject({
    planVersion: { id: terms.planVersionId },
    ...{ position: { from: '0', to: '3000000' }, exactAmount: '3', rounding: '0' },
    events: { customerId, meterId: INPUT, from: START },
  });
  expect(explained.some(({ tiers }) => (tiers as readonly Row[]).length === 3)).toBe(true);

  const { hash, path } = invoice?.['proof'] as { hash: string; path: string };
  expect(path).toBe(`/proofs/${tenant.id}.${id}.${hash}`);
  const link = 'query ($token: String!) { invoiceByLink(token: $token) { number matches total { minor } } }';
  const gateway = { kind: 'system', actor: 'test', tenant: tenant.id } as const;
  const shown = await suite.ask<Row>(gateway, link, { token: `${id}.${hash}` });
  expect(shown['invoiceByLink']).toMatchObject({ number: 'INV-000002', matches: true });
  const wrong = await suite.ask<Row>(gateway, link, { token: `${id}.${'0'.repeat(64)}` });
  expect(wrong['invoiceByLink']).toBeNull();
  await expect(suite.ask(backend(tenant), link, { token: `${id}.${hash}` })).rejects.toThrow();
  await expect(suite.ask(portal(tenant, customerId), query, { id })).rejects.toThrow();

  await suite.sql(
    tenant,
    `UPDATE {t}.invoices_invoice SET state = jsonb_set(state::jsonb, '{lines,0,amountMinor}', '{"$bigint":"1"}') WHERE id = $1`,
    [id],
  );
  const { faults } = await proven(tenant);
  expect(faults).toMatchObject([{ id, said: expect.stringContaining('row lines[0].amountMinor: 1 stored') }]);
});

const proven = (of: TestTenant) =>
  suite.platform.db.tenant(of.scope, (tx) => provenInvoices.prove(tx, { after: null, limit: 100 }));
