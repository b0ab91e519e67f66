import { afterAll, beforeAll, expect, test } from 'vitest';
import { invoiceRefunded } from '@tollgate/contracts/invoices/invoice';
import { paymentRefunded, paymentRefundRejected, paymentSettled } from '@tollgate/contracts/payments/payment';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import { backend, portal } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { invoices } from '../src/invoice/aggregate.js';
import { START, startInvoices, type Invoices } from './harness.js';

let suite: Invoices;
let own: TestTenant;
beforeAll(async () => {
  suite = await startInvoices();
  own = await suite.openTenant();
});
afterAll(() => suite.stop());

const OUTCOMES = `... on InsufficientBalance { balance { minor } } ... on RefundExceedsPayment { refundable { minor } }
  ... on InvalidAmount { field } ... on InvalidInput { field } ... on UnknownCustomer { customerId }`;
const PARTS = 'parts { invoiceId byProviders { minor } byHand { minor } }';
const REFUND = `id amount { minor } paidBack { minor } rejected { minor } status reason ${PARTS}`;

const refund = (input: object) =>
  suite.command<Row>(backend(own), {
    name: 'refundBalance',
    input,
    selected: `... on BalanceRefunded { refund { ${REFUND} } } ${OUTCOMES}`,
  });

async function preview(input: object): Promise<Row> {
  const query = `query ($input: PreviewBalanceRefundInput!) { previewBalanceRefund(input: $input) { __typename
    ... on BalanceRefundPreview { amount { minor } ${PARTS} } ${OUTCOMES} } }`;
  return (await suite.ask<{ previewBalanceRefund: Row }>(backend(own), query, { input }))
    .previewBalanceRefund;
}

async function pay(invoiceId: string, amountMinor: string, by: { customerId: string; provider?: null }) {
  const { customerId, provider = 'stripe' } = by;
  const paid = { paymentId: newId('pay'), invoiceId, customerId, amountMinor, currency: 'USD' };
  const data = { ...paid, provider, reference: 'r1', settledAt: START };
  await suite.tell(own, paymentSettled, { aggregate: invoiceId, data: data as never });
}

async function statementOf(id: string): Promise<Row> {
  const query = `query ($id: ID!) { _entities(representations: [{ __typename: "Customer", id: $id }]) {
    ... on Customer { creditBalance(currency: "USD") { minor }
      creditMovements(currency: "USD", first: 2) { nodes { amount { minor } cause causeId } } } } }`;
  const { _entities: found } = await suite.ask<{ _entities: [Row] }>(backend(own), query, { id });
  return found[0];
}

const cashOf = async (): Promise<Record<string, string>> => {
  const query = `{ ledger(currency: "USD") { accounts { account balance { minor } } } }`;
  type Found = { ledger: { accounts: readonly { account: string; balance: { minor: string } }[] } };
  const { ledger } = await suite.ask<Found>(backend(own), query);
  return Object.fromEntries(ledger.accounts.map(({ account, balance }) => [account, balance.minor]));
};

/** An invoice over 20.00 for which 15.00 came by transfer and 25.00 from a provider: 20.00 of that are credit. */
async function overpaid() {
  const { customerId } = await suite.subscribe(own, 'US');
  const { id: invoiceId } = await suite.invoiceOf(own, customerId, 0, 'OPEN');
  await pay(invoiceId, '1500', { customerId, provider: null });
  await pay(invoiceId, '2500', { customerId });
  await suite.invoiceOf(own, customerId, 0, 'PAID');
  return { customerId, invoiceId };
}

test('credit is paid out once, of what providers took before what came another way, as its preview said', async () => {
  const { customerId, invoiceId } = await overpaid();
  const asked = { customerId, amount: '18.00', reason: 'Goodbye.', idempotencyKey: newId('key') };
  const parts = [{ invoiceId, byProviders: { minor: '1800' }, byHand: { minor: '0' } }];
  expect(await preview({ customerId, amount: '18.00' })).toMatchObject({ amount: { minor: '1800' }, parts });
  const made = await Promise.all([refund(asked), refund(asked)]);
  const refundId = (made[0]['refund'] as { id: string }).id;
  const pending = { id: refundId, amount: { minor: '1800' }, status: 'PENDING', parts };
  expect(made).toMatchObject([{ refund: { ...pending, reason: 'Goodbye.' } }, { refund: pending }]);
  const told = await suite.told(own, invoiceRefunded);
  expect(told.map(({ data }) => data)).toMatchObject([{ refundId, invoiceId, refundMinor: '1800' }]);
  const sent = { paymentId: newId('pay'), provider: 'stripe', refundedAt: START };
  const head = { invoiceId, customerId, currency: 'USD', refundId, amountMinor: '1000' };
  await suite.tell(own, paymentRefunded, { aggregate: invoiceId, data: { ...head, ...sent } as never });
  const no = { ...head, amountMinor: '800', paymentId: null, why: 'closed', rejectedAt: START };
  await suite.tell(own, paymentRefundRejected, { aggregate: invoiceId, data: no as never });
  await suite.quiet();
  expect(await statementOf(customerId)).toMatchObject({
    creditBalance: { minor: '1000' },
    creditMovements: {
      nodes: [
        { amount: { minor: '800' }, cause: 'REFUND', causeId: refundId },
        { amount: { minor: '-1800' }, cause: 'REFUND', causeId: refundId },
      ],
    },
  });
  const ended = { paidBack: { minor: '1000' }, rejected: { minor: '800' }, status: 'FAILED' };
  const one = `query ($id: ID!) { balanceRefund(id: $id) { ${REFUND} } }`;
  expect(await suite.ask(backend(own), one, { id: refundId })).toMatchObject({ balanceRefund: ended });
});

test('what came another way is paid back by hand at once, and the books say all of it', async () => {
  const before = await cashOf();
  const { customerId, invoiceId } = await overpaid();
  const all = await refund({ customerId, amount: '20.00' });
  expect(all).toMatchObject({ refund: { parts: [{ byProviders: { minor: '2000' } }] } });
  // A note that would be paid back finds what is left at the provider only.
  const note = await suite.command<Row>(backend(own), {
    name: 'createCreditNote',
    input: { invoiceId, to: 'REFUND' },
    selected: '... on CreditNoteCreated { creditNote { refunded { minor } toBalance { minor } } }',
  });
  const parted = { refunded: { minor: '500' }, toBalance: { minor: '1500' } };
  expect(note).toMatchObject({ creditNote: parted });
  expect(await refund({ customerId, amount: '15.00' })).toMatchObject({
    refund: {
      status: 'SUCCEEDED',
      parts: [{ invoiceId, byProviders: { minor: '0' }, byHand: { minor: '1500' } }],
    },
  });
  const after = await cashOf();
  const moved = (account: string) => BigInt(after[account] ?? 0) - BigInt(before[account] ?? 0);
  expect([moved('CASH'), moved('REFUNDS_PAYABLE'), moved('CUSTOMER_CREDIT')]).toEqual([2500n, -2500n, 0n]);
});

test('what cannot be paid out is rejected by field, and lists are the back office’s', async () => {
  const { customerId } = await overpaid();
  expect(await refund({ customerId, amount: '20.01' })).toMatchObject({ balance: { minor: '2000' } });
  const field = 'input.amount';
  expect(await refund({ customerId, amount: '0' })).toMatchObject({ __typename: 'InvalidAmount', field });
  expect(await refund({ customerId, amount: '0.001' })).toMatchObject({ __typename: 'InvalidInput', field });
  const euros = { customerId, amount: '1', currency: 'EUR' };
  expect(await refund(euros)).toMatchObject({ __typename: 'InsufficientBalance', balance: { minor: '0' } });
  expect(await preview({ ...euros, customerId: newId('cus') })).toMatchObject({
    __typename: 'UnknownCustomer',
  });
  await refund({ customerId, amount: '5' });
  const list = `query ($id: ID) { balanceRefunds(customerId: $id) { nodes { ${REFUND} } } }`;
  const found = await suite.ask<{ balanceRefunds: { nodes: Row[] } }>(backend(own), list, { id: customerId });
  expect(found.balanceRefunds.nodes).toMatchObject([{ amount: { minor: '500' } }]);
  expect(await suite.codeOf(portal(own, customerId), list, { id: customerId })).toBe('FORBIDDEN');
});

test('twenty payouts at once pay out no more than there is, and every row is the fold of its stream', async () => {
  const { customerId, invoiceId } = await overpaid();
  const made = await Promise.all(Array.from({ length: 20 }, () => refund({ customerId, amount: '2.00' })));
  const outcomes = made.map(({ __typename: name }) => name);
  expect(outcomes.filter((name) => name === 'BalanceRefunded')).toHaveLength(10);
  expect(outcomes.filter((name) => name === 'InsufficientBalance')).toHaveLength(10);
  const told = (await suite.told(own, invoiceRefunded)).filter(({ key }) => key.endsWith(invoiceId));
  const back = told.reduce((sum, { data }) => sum + BigInt(String((data as Row)['refundMinor'])), 0n);
  expect(back).toBe(2_000n);
  const { differences } = await suite.platform.db.tenant(own.scope, (tx) =>
    invoices.check(tx, { after: null, limit: 1_000, repair: false }),
  );
  expect(differences).toEqual([]);
});
