import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { customerPayersChanged } from '@tollgate/contracts/tenancy/payers';
import type { Identity } from '@tollgate/runtime/base/identity';
import { newId } from '@tollgate/runtime/base/new-id';
import { backend, portal } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { watchInvoices } from '../src/invoice/live.js';
import { customerOf, MONTHS, START, startInvoices, type Invoices } from './harness.js';

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

type Term = { readonly from: string; readonly payerId: `cus_${string}` | null };

async function customer(own: TestTenant): Promise<`cus_${string}`> {
  const id = newId('cus');
  await suite.tell(own, customerChanged, { aggregate: id, data: customerOf(id, 'US', 1) });
  return id;
}

const paidBy = (own: TestTenant, customerId: `cus_${string}`, terms: Term[]) =>
  suite.tell(own, customerPayersChanged, { aggregate: customerId, data: { customerId, revision: 2, terms } });

const charge = async (own: TestTenant, customerId: string, amount = '10.00') => {
  const input = { customerId, items: [{ key: 'setup', amount }] };
  const selected = '... on ChargeCreated { chargeId }';
  return suite.command(backend(own), { name: 'createCharge', input, selected });
};
const SEEN = 'id customer { id } payer { id } creditApplied { minor } amountDue { minor }';
const listed = async (as: Identity, filter: string) => {
  const { invoices } = await suite.ask<{ invoices: { nodes: Record<string, unknown>[] } }>(
    as,
    `{ invoices(${filter}) { nodes { ${SEEN} } } }`,
  );
  return invoices.nodes;
};

test('a parent pays the invoices of its children from the instant on that was told', async () => {
  const own = await suite.openTenant();
  const [child, parent, top] = [await customer(own), await customer(own), await customer(own)];
  await paidBy(own, child, [
    { from: START, payerId: parent },
    { from: MONTHS[1] ?? '', payerId: null },
  ]);
  await paidBy(own, parent, [{ from: START, payerId: top }]);
  await suite.quiet();
  await charge(own, child);
  expect(await listed(backend(own), `customerId: "${child}"`)).toMatchObject([
    { customer: { id: child }, payer: { id: top } },
  ]);
  expect(await listed(backend(own), `payerId: "${top}"`)).toHaveLength(1);
  expect(await listed(backend(own), `payerId: "${child}"`)).toEqual([]);
  const told = (await suite.told(own)).find(({ type }) => type === 'invoice.finalised');
  expect(told).toMatchObject({ version: 2, data: { customerId: child, payerId: top, dueMinor: '1000' } });
});

test('who pays sees the invoices that it pays; the others see nothing of who pays', async () => {
  const own = await suite.openTenant();
  const [child, parent] = [await customer(own), await customer(own)];
  await paidBy(own, child, [{ from: START, payerId: parent }]);
  await suite.quiet();
  await charge(own, child);
  const [invoice] = await listed(backend(own), `customerId: "${child}"`);
  const one = `query($id: ID!) { invoice(id: $id) { id } }`;
  for (const [who, visible] of [
    [parent, true],
    [child, true],
    [await customer(own), false],
  ] as const) {
    const seen = await suite.ask<{ invoice: unknown }>(portal(own, who), one, { id: invoice?.['id'] });
    expect(seen.invoice !== null).toBe(visible);
  }
  expect(await listed(portal(own, parent), 'first: 5')).toEqual([]);
  expect(await listed(portal(own, parent), `payerId: "${parent}"`)).toHaveLength(1);
  expect(await listed(portal(own, child), `payerId: "${parent}"`)).toHaveLength(1);
  expect(await listed(portal(own, parent), `customerId: "${child}"`)).toEqual([]);
});

test('the credit of who pays is used, and it gets back what it paid', async () => {
  const own = await suite.openTenant();
  const [child, parent] = [await customer(own), await customer(own)];
  await paidBy(own, child, [{ from: START, payerId: parent }]);
  await suite.quiet();
  await creditOf(own, parent, 600n);
  await creditOf(own, child, 900n);
  await charge(own, child);
  const [invoice] = await listed(backend(own), `customerId: "${child}"`);
  expect(invoice).toMatchObject({ creditApplied: { minor: '600' }, amountDue: { minor: '400' } });
  expect(await balances(own)).toEqual({ [parent]: 0n, [child]: 900n });
  await suite.voidIt(own, String(invoice?.['id']), 'a mistake');
  expect(await balances(own)).toEqual({ [parent]: 600n, [child]: 900n });
});

test('a watcher of who pays hears of the invoices that it pays', async () => {
  const own = await suite.openTenant();
  const [child, parent] = [await customer(own), await customer(own)];
  await paidBy(own, child, [{ from: START, payerId: parent }]);
  await suite.quiet();
  const { db, live } = suite.platform;
  const updates = watchInvoices({ db, live, scope: own.scope, customerId: parent, resumesSinceMs: null });
  const first = updates.next();
  await charge(own, child);
  expect((await first).value).toMatchObject({ invoice: { basis: { customerId: child, payerId: parent } } });
  await updates.return?.();
});

async function creditOf(own: TestTenant, customerId: string, amountMinor: bigint): Promise<void> {
  const { BalanceBook } = await import('../src/balance/handlers.js');
  await suite.platform.db.tenant(own.scope, async (tx) => {
    const book = await BalanceBook.open(tx, [customerId]);
    const at = await tx.now();
    book.add({ customerId, currency: 'USD' as never, amountMinor, cause: { kind: 'void', id: 'test' }, at });
    await book.record(tx);
  });
}

async function balances(own: TestTenant): Promise<Record<string, bigint>> {
  const rows = await suite.sql<{ customer_id: string; amount_minor: string }>(
    own,
    'SELECT customer_id, amount_minor FROM {t}.invoices_balance',
  );
  return Object.fromEntries(rows.map((row) => [row.customer_id, BigInt(row.amount_minor)]));
}
