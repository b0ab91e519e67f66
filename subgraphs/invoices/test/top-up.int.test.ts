import { afterAll, beforeAll, expect, test } from 'vitest';
import { paymentSettled } from '@tollgate/contracts/payments/payment';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import { backend } from '@tollgate/testing/callers';
import { setTestClock, type TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { wallets } from '../src/balance/aggregate.js';
import { customerOf, START, startInvoices, type Invoices } from './harness.js';

let suite: Invoices;
let own: TestTenant;
beforeAll(async () => {
  suite = await startInvoices();
  own = await suite.openTenant();
});
afterAll(() => suite.stop());

async function customer(): Promise<`cus_${string}`> {
  const id = newId('cus');
  await suite.tell(own, customerChanged, { aggregate: id, data: customerOf(id, 'DE', 1) });
  return id;
}

const run = (name: string, input: object, selected = '') =>
  suite.command<Row>(backend(own), {
    name,
    input,
    selected: `${selected} ... on InvalidInput { field } ... on InvalidAmount { field }`,
  });

const topUp = async (customerId: string, more: object = {}): Promise<string> => {
  const selected = '... on WalletTopUpCreated { invoice { id } }';
  const made = await run('topUpWallet', { customerId, name: 'bought', amount: '50', ...more }, selected);
  return String((made['invoice'] as Row)['id']);
};

async function pay(invoiceId: string, customerId: string, amountMinor: string, at = START) {
  const paid = { paymentId: newId('pay'), invoiceId, customerId, amountMinor, currency: 'USD' };
  const data = { ...paid, provider: 'stripe', reference: 'r1', settledAt: at };
  // Told twice, as messages may be.
  for (const _ of [1, 2])
    await suite.tell(own, paymentSettled, { aggregate: invoiceId, data: data as never });
  await suite.quiet();
}

interface Seen {
  readonly creditBalance: { readonly minor: string };
  readonly wallet: {
    readonly balance: { readonly minor: string };
    readonly grants: { readonly nodes: Row[] };
  };
  readonly invoices: { readonly nodes: readonly (Row & { readonly id: string })[] };
}

async function seen(customerId: string): Promise<Seen> {
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer {
    creditBalance(currency: "USD") { minor }
    wallet(currency: "USD") { balance { minor } grants { nodes { name kind expiresAt invoice { id } } } }
    invoices { nodes { id status taxTreatment tax { minor } total { minor } walletApplied { minor }
      lines { kind key amount { minor } } } } } } }`;
  const representations = [{ __typename: 'Customer', id: customerId }];
  const { _entities: found } = await suite.ask<{ _entities: Seen[] }>(backend(own), query, {
    representations,
  });
  if (found[0] === undefined) throw new Error('the customer is not seen');
  return found[0];
}

test('bought credit is an invoice without tax that nothing pays in advance, and is there once it is paid', async () => {
  const id = await customer();
  await run('grantWalletCredit', { customerId: id, name: 'gift', amount: '5' });
  const invoiceId = await topUp(id);
  const before = await seen(id);
  expect(before.wallet.balance.minor).toBe('500');
  expect(before.invoices.nodes).toMatchObject([
    {
      ...{ status: 'OPEN', taxTreatment: 'NONE', tax: { minor: '0' }, total: { minor: '5000' } },
      ...{
        walletApplied: { minor: '0' },
        lines: [{ kind: 'TOP_UP', key: 'bought', amount: { minor: '5000' } }],
      },
    },
  ]);
  await pay(invoiceId, id, '5000');
  const after = await seen(id);
  expect(after.wallet.balance.minor).toBe('5500');
  expect(after.wallet.grants.nodes).toMatchObject([
    { name: 'gift', kind: 'PROMOTIONAL', invoice: null },
    { name: 'bought', kind: 'PAID', invoice: { id: invoiceId } },
  ]);
  const credited = await run('createCreditNote', { invoiceId }, '... on InvoiceNotCreditable { status }');
  expect(credited).toMatchObject({ __typename: 'InvoiceNotCreditable', status: 'PAID' });
});

test('credit that is paid for after its end is the balance, and what is over is too', async () => {
  const id = await customer();
  const invoiceId = await topUp(id, { expiresAt: '2024-01-03T00:00:00Z' });
  await pay(invoiceId, id, '6000', '2024-01-03T00:00:00.000Z');
  expect(await seen(id)).toMatchObject({
    creditBalance: { minor: '6000' },
    wallet: { balance: { minor: '0' }, grants: { nodes: [] } },
  });
});

test('what is asked for makes sense, field by field', async () => {
  const id = await customer();
  const base = { customerId: id, name: 'bought', amount: '50' };
  expect(await run('topUpWallet', { ...base, amount: '0.001' })).toMatchObject({ field: 'input.amount' });
  expect(await run('topUpWallet', { ...base, amount: '0' })).toMatchObject({ __typename: 'InvalidAmount' });
  expect(await run('topUpWallet', { ...base, expiresAt: START })).toMatchObject({ field: 'input.expiresAt' });
  const agreed = { customerId: id, threshold: '10', amount: '25' };
  for (const [more, field] of [
    [{ threshold: '0' }, 'input.threshold'],
    [{ amount: '-1' }, 'input.amount'],
    [{ amount: '0.001' }, 'input.amount'],
    [{ expiresAfterDays: 0 }, 'input.expiresAfterDays'],
    [{ monthlyCap: '24.99' }, 'input.monthlyCap'],
    [{ priority: 1_001 }, 'input.priority'],
  ] as const)
    expect(await run('setAutomaticTopUp', { ...agreed, ...more })).toMatchObject({ field });
  expect((await seen(id)).invoices.nodes).toEqual([]);
});

test('a wallet that is low is filled by itself, once while it waits, within the month’s bound', async () => {
  const id = await customer();
  const agreed = { customerId: id, threshold: '10', amount: '25', expiresAfterDays: 90, monthlyCap: '60' };
  await run('setAutomaticTopUp', agreed);
  const charge = () => run('createCharge', { customerId: id, items: [{ key: 'setup', amount: '20' }] });
  const bought = async (count: number) => {
    const list = async () => {
      const all = (await seen(id)).invoices.nodes;
      return all.filter(({ taxTreatment }) => taxTreatment === 'NONE');
    };
    await waitFor(`top-up ${count}`, async () => ((await list()).length >= count ? true : null));
    return (await list())[count - 1]?.id ?? '';
  };
  await charge();
  const first = await bought(1);
  // While it waits there is no second one.
  await charge();
  await suite.quiet();
  await pay(first, id, '2500');
  expect((await seen(id)).wallet.grants.nodes).toMatchObject([
    { name: 'auto-1', kind: 'PAID', expiresAt: '2024-03-31T00:00:00.000Z' },
  ]);
  await charge();
  await pay(await bought(2), id, '2500');
  await charge();
  await charge();
  await setTestClock(suite.platform, own.id, '2024-02-01T00:00:00.000Z');
  await charge();
  // January's bound of 60.00 let two through; February has one of its own.
  await bought(3);
  const names = (await seen(id)).invoices.nodes.flatMap(({ lines }) =>
    (lines as readonly Row[]).filter(({ kind }) => kind === 'TOP_UP').map(({ key }) => key),
  );
  expect(names).toEqual(['auto-1', 'auto-2', 'auto-3']);
  await suite.command(backend(own), { name: 'stopAutomaticTopUp', input: { customerId: id } });
  const checked = await suite.platform.db.tenant(own.scope, (tx) =>
    wallets.check(tx, { after: null, limit: 1_000, repair: false }),
  );
  expect(checked.differences).toEqual([]);
});
