import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import type { Identity } from '@tollgate/runtime/base/identity';
import { backend, portal } from '@tollgate/testing/callers';
import { setTestClock, type TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { balances, wallets } from '../src/balance/aggregate.js';
import { invoices } from '../src/invoice/aggregate.js';
import { applyCredits } from '../src/invoice/handlers/purses.js';
import { lockInvoices } from '../src/invoice/store.js';
import { customerOf, startInvoices, type Invoices } from './harness.js';

let suite: Invoices;
let own: TestTenant;
beforeAll(async () => {
  suite = await startInvoices();
  own = await suite.openTenant();
});
afterAll(() => suite.stop());

async function customer(): Promise<`cus_${string}`> {
  const id = newId('cus');
  await suite.tell(own, customerChanged, { aggregate: id, data: customerOf(id, 'US', 1) });
  return id;
}

const grant = (customerId: string, more: object = {}) =>
  suite.command<{ grant?: { id: string } } & Row>(backend(own), {
    name: 'grantWalletCredit',
    input: { customerId, name: 'gift', amount: '8.00', ...more },
    selected: `... on WalletCreditGranted { grant { id remaining { minor } } wallet { balance { minor } } }
      ... on InvalidInput { field } ... on InvalidAmount { field } ... on UnknownCustomer { customerId }`,
  });

async function charge(customerId: string, amount = '10.00'): Promise<void> {
  const input = { customerId, items: [{ key: 'setup', amount }] };
  const done = await suite.command(backend(own), { name: 'createCharge', input });
  expect(done.__typename).toBe('ChargeCreated');
}

interface Shown {
  readonly wallet: {
    readonly balance: { readonly minor: string };
    readonly grants: { readonly nodes: readonly Row[] };
    readonly movements: { readonly nodes: readonly Row[] };
  };
  readonly invoices: { readonly nodes: readonly (Row & { readonly id: string })[] };
}

const WALLET = `wallet(currency: "USD") { balance { minor } grants { nodes { name remaining { minor } expired { minor } } }
  movements { nodes { amount { minor } balance { minor } cause } } }`;

async function shown(customerId: string, as: Identity = backend(own)): Promise<Shown | null> {
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Customer {
    ${WALLET} invoices { nodes { id status walletApplied { minor } creditApplied { minor } amountDue { minor } } } } } }`;
  const representations = [{ __typename: 'Customer', id: customerId }];
  type Found = { _entities: readonly (Shown | null)[] };
  return (await suite.ask<Found>(as, query, { representations }))._entities[0] ?? null;
}

const balanceOf = async (customerId: string) => (await shown(customerId))?.wallet.balance.minor;

test('wallet credit pays invoices until it is used up, and comes back where an invoice is voided', async () => {
  const id = await customer();
  expect(await grant(id)).toMatchObject({ wallet: { balance: { minor: '800' } } });
  await charge(id);
  const paid = await shown(id);
  expect(paid?.invoices.nodes).toMatchObject([
    { status: 'OPEN', walletApplied: { minor: '800' }, amountDue: { minor: '200' } },
  ]);
  await suite.voidIt(own, paid?.invoices.nodes[0]?.id ?? '', 'a mistake');
  const back = await shown(id);
  expect(back?.wallet).toMatchObject({
    balance: { minor: '800' },
    grants: { nodes: [{ name: 'gift', remaining: { minor: '800' } }] },
    movements: {
      nodes: [
        { amount: { minor: '800' }, balance: { minor: '800' }, cause: 'VOID' },
        { amount: { minor: '-800' }, balance: { minor: '0' }, cause: 'INVOICE' },
        { amount: { minor: '800' }, balance: { minor: '800' }, cause: 'GRANT' },
      ],
    },
  });
});

test('a grant makes sense, field by field, and is given once for each key', async () => {
  const id = await customer();
  const faults: readonly (readonly [object, object])[] = [
    [{ amount: '1.005' }, { __typename: 'InvalidInput', field: 'input.amount' }],
    [{ amount: '0' }, { __typename: 'InvalidAmount', field: 'input.amount' }],
    [{ amount: '-5' }, { __typename: 'InvalidAmount', field: 'input.amount' }],
    [{ priority: -1 }, { __typename: 'InvalidInput', field: 'input.priority' }],
    [{ name: ' ' }, { __typename: 'InvalidInput', field: 'input.name' }],
    [{ name: 'a\u0000b' }, { __typename: 'InvalidInput', field: 'input.name' }],
    [{ expiresAt: '2024-01-01T00:00:00.000Z' }, { __typename: 'InvalidInput', field: 'input.expiresAt' }],
  ];
  for (const [more, rejection] of faults) expect(await grant(id, more)).toMatchObject(rejection);
  expect(await grant(newId('cus'))).toMatchObject({ __typename: 'UnknownCustomer' });
  expect(await balanceOf(id)).toBe('0');
  const key = { idempotencyKey: newId('evt') };
  const [first, again] = [await grant(id, key), await grant(id, key)];
  expect(again.grant?.id).toBe(first.grant?.id);
  expect(await grant(id, { ...key, amount: '9' })).toMatchObject({ __typename: 'IdempotencyConflict' });
  expect(await balanceOf(id)).toBe('800');
});

test('many invoices at once never use more of a wallet than there is', async () => {
  const id = await customer();
  for (const amount of ['50.00', '33.33', '0.02']) await grant(id, { amount });
  await Promise.all(Array.from({ length: 20 }, () => charge(id, '7.00')));
  const after = await shown(id);
  const used = (after?.invoices.nodes ?? []).map(({ walletApplied }) =>
    BigInt((walletApplied as { minor: string }).minor),
  );
  expect(used).toHaveLength(20);
  expect(used.reduce((sum, one) => sum + one, 0n)).toBe(8_335n);
  expect(after?.wallet.balance.minor).toBe('0');
});

test('a later try takes what is there by then, and settles the invoice where it is enough', async () => {
  const id = await customer();
  await charge(id);
  await grant(id);
  const invoiceId = (await shown(id))?.invoices.nodes[0]?.id ?? '';
  const tryAgain = () =>
    suite.platform.db.tenant(own.scope, async (tx) => {
      lockInvoices(tx);
      const [at, loaded] = [await tx.now(), await invoices.loadOne(tx, invoiceId)];
      return applyCredits(tx, [loaded], at);
    });
  await tryAgain();
  expect((await shown(id))?.invoices.nodes).toMatchObject([
    { status: 'OPEN', walletApplied: { minor: '800' }, amountDue: { minor: '200' } },
  ]);
  await tryAgain();
  await grant(id);
  await tryAgain();
  expect((await shown(id))?.invoices.nodes).toMatchObject([
    { status: 'PAID', walletApplied: { minor: '1000' }, amountDue: { minor: '0' } },
  ]);
  expect(await balanceOf(id)).toBe('600');
});

test('what is left of a grant is gone at its end, once', async () => {
  const other = await suite.openTenant();
  const id = newId('cus');
  await suite.tell(other, customerChanged, { aggregate: id, data: customerOf(id, 'US', 1) });
  const input = { customerId: id, name: 'short', amount: '5', expiresAt: '2024-01-05T00:00:00Z' };
  await suite.command(backend(other), { name: 'grantWalletCredit', input });
  await setTestClock(suite.platform, other.id, '2024-01-05T00:00:00.000Z');
  const seen = () => shown(id, backend(other));
  await waitFor('the end', async () => ((await seen())?.wallet.balance.minor === '0' ? true : null));
  expect((await seen())?.wallet).toMatchObject({
    grants: { nodes: [{ remaining: { minor: '0' }, expired: { minor: '500' } }] },
    movements: { nodes: [{ cause: 'EXPIRY' }, { cause: 'GRANT' }] },
  });
});

test('a portal token sees the wallet of its own customer only', async () => {
  const [id, stranger] = [await customer(), await customer()];
  await grant(id);
  expect((await shown(id, portal(own, id)))?.wallet.balance.minor).toBe('800');
  const strange = await shown(id, portal(own, stranger));
  expect(strange?.wallet).toMatchObject({ balance: { minor: '0' }, grants: { nodes: [] } });
});

test('a watcher gets the wallet as it is, and after each change; nobody else’s', async () => {
  const id = await customer();
  await grant(id);
  const query = 'subscription ($id: ID!) { walletUpdated(customerId: $id) { balance { minor } } }';
  const updates = await suite.live(portal(own, id), query, { id });
  const seen = async () => (await updates.next()).value as { data: unknown };
  expect((await seen()).data).toEqual({ walletUpdated: { balance: { minor: '800' } } });
  await charge(id, '3.00');
  expect((await seen()).data).toEqual({ walletUpdated: { balance: { minor: '500' } } });
  await updates.return?.();
  const watched = await suite.live(portal(own, await customer()), query, { id });
  expect((await watched.next()).value?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

test('wallets are what the journal says', async () => {
  await suite.quiet();
  const options = { after: null, limit: 1_000, repair: false };
  const checked = await suite.platform.db.tenant(own.scope, async (tx) => [
    await wallets.check(tx, options),
    await balances.check(tx, options),
    await invoices.check(tx, options),
  ]);
  for (const { differences } of checked) expect(differences).toEqual([]);
  expect(checked[0]?.streams).toBeGreaterThan(3);
  // The negative control: a row that says something else is noticed.
  await suite.sql(own, 'UPDATE {t}.invoices_wallet SET balance_minor = balance_minor + 1');
  const spoilt = await suite.platform.db.tenant(own.scope, (tx) => wallets.check(tx, options));
  expect(spoilt.differences.length).toBeGreaterThan(0);
});
