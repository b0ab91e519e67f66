import { afterAll, beforeAll, expect, test } from 'vitest';
import { invoiceCredited, invoiceWrittenOff } from '@tollgate/contracts/invoices/invoice';
import { paymentRefundRejected, paymentSettled } from '@tollgate/contracts/payments/payment';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Row } from '@tollgate/runtime/database/db';
import { backend, portal } from '@tollgate/testing/callers';
import type { TestTenant } from '@tollgate/testing/stack';
import { invoices } from '../src/invoice/aggregate.js';
import { START, startInvoices, type Invoices, type Shown } from './harness.js';

let suite: Invoices;
let own: TestTenant;
beforeAll(async () => {
  suite = await startInvoices();
  own = await suite.openTenant();
});
afterAll(() => suite.stop());

const NOTE = `id number reason invoiceId invoice { id amountDue { minor } status } items { lineId amount { minor } }
  total { minor } toDue { minor } toBalance { minor } refunded { minor }`;

const OUTCOMES = `... on CreditExceedsRemaining { field } ... on InvalidAmount { field } ... on InvalidInput { field }
  ... on UnknownInvoiceLine { lineId } ... on InvoiceNotCreditable { status }`;

const create = (input: object) =>
  suite.command<Row>(backend(own), {
    name: 'createCreditNote',
    input,
    selected: `... on CreditNoteCreated { creditNote { ${NOTE} } } ${OUTCOMES}`,
  });

async function preview(input: object): Promise<Row> {
  const query = `query ($input: PreviewCreditNoteInput!) { previewCreditNote(input: $input) { __typename
    ... on CreditNotePreview { items { amount { minor } } total { minor } toDue { minor } toBalance { minor } refunded { minor } }
    ${OUTCOMES} } }`;
  return (await suite.ask<{ previewCreditNote: Row }>(backend(own), query, { input })).previewCreditNote;
}

/** A customer with an open invoice over 20.00, and the line of it. */
async function billed() {
  const { customerId } = await suite.subscribe(own, 'US');
  const invoice = await suite.invoiceOf(own, customerId, 0, 'OPEN');
  return { customerId, invoiceId: invoice.id, lineId: lineOf(invoice) };
}

const lineOf = ({ lines }: Shown): string => String(lines[0]?.['id']);

async function pay(
  invoiceId: string,
  customerId: string,
  amountMinor: string,
  provider: 'stripe' | null = 'stripe',
) {
  const paid = { paymentId: newId('pay'), invoiceId, customerId, amountMinor, currency: 'USD' };
  const data = { ...paid, provider, reference: 'r1', settledAt: START };
  await suite.tell(own, paymentSettled, { aggregate: invoiceId, data: data as never });
  await suite.quiet();
}

async function balanceOf(customerId: string): Promise<string> {
  const query = `query ($id: ID!) { _entities(representations: [{ __typename: "Customer", id: $id }]) {
    ... on Customer { creditBalance(currency: "USD") { minor } } } }`;
  const { _entities: found } = await suite.ask<{ _entities: [{ creditBalance: { minor: string } }] }>(
    backend(own),
    query,
    { id: customerId },
  );
  return found[0].creditBalance.minor;
}

test('a note on an open invoice lowers what is due, as its preview said, and settles it at nothing', async () => {
  const { customerId, invoiceId, lineId } = await billed();
  const input = { invoiceId, items: [{ lineId, amount: '5.00' }] };
  expect(await preview(input)).toMatchObject({ total: { minor: '500' }, toDue: { minor: '500' } });
  const asked = { ...input, reason: 'Goodwill.', idempotencyKey: newId('key') };
  const made = await create(asked);
  expect(made).toMatchObject({
    creditNote: {
      ...{ number: 'CN-000001', reason: 'Goodwill.', invoiceId, toDue: { minor: '500' } },
      invoice: { id: invoiceId, amountDue: { minor: '1500' }, status: 'OPEN' },
    },
  });
  expect(await create(asked)).toMatchObject({ creditNote: { number: 'CN-000001' } });
  const [told] = await suite.told(own, invoiceCredited);
  expect(told?.data).toMatchObject({ invoiceId, creditedMinor: '500', toDueMinor: '500', refundMinor: '0' });
  // Without items it is all that is left.
  expect(await create({ invoiceId })).toMatchObject({
    creditNote: { number: 'CN-000002', total: { minor: '1500' }, invoice: { status: 'PAID' } },
  });
  expect(await create({ invoiceId })).toMatchObject({ __typename: 'CreditExceedsRemaining' });
  // The money that was on its way when the note was made is the customer's.
  await pay(invoiceId, customerId, '2000');
  expect(await balanceOf(customerId)).toBe('2000');
});

test('what is paid goes to the balance or back by the provider, and what that rejects to the balance after all', async () => {
  const { customerId, invoiceId, lineId } = await billed();
  await pay(invoiceId, customerId, '500', null);
  await pay(invoiceId, customerId, '1500');
  expect(await create({ invoiceId, items: [{ lineId, amount: '1.00' }] })).toMatchObject({
    creditNote: { toBalance: { minor: '100' } },
  });
  const back = await create({ invoiceId, items: [{ lineId, amount: '16.00' }], to: 'REFUND' });
  expect(back).toMatchObject({ creditNote: { refunded: { minor: '1500' }, toBalance: { minor: '100' } } });
  expect(await balanceOf(customerId)).toBe('200');
  const refundId = (back['creditNote'] as { id: string }).id;
  const data = { invoiceId, customerId, currency: 'USD', refundId, amountMinor: '1500', paymentId: null };
  const rejected = { ...data, why: 'The account is closed.', rejectedAt: START };
  await suite.tell(own, paymentRefundRejected, { aggregate: invoiceId, data: rejected as never });
  await suite.quiet();
  expect(await balanceOf(customerId)).toBe('1700');
  const page = (args: string) => statementOf(customerId, args);
  const { nodes, pageInfo } = await page('first: 2, orderBy: CREATED_AT_ASC');
  expect(nodes).toMatchObject([
    { amount: { minor: '100' }, balance: { minor: '100' }, cause: 'CREDIT_NOTE', at: START },
    { amount: { minor: '100' }, balance: { minor: '200' }, cause: 'CREDIT_NOTE', causeId: refundId },
  ]);
  const last = { amount: { minor: '1500' }, balance: { minor: '1700' }, cause: 'REFUND', causeId: refundId };
  const after = `first: 9, orderBy: CREATED_AT_ASC, after: "${pageInfo.endCursor}"`;
  expect((await page(after)).nodes).toMatchObject([last]);
  expect((await page('first: 1')).nodes).toMatchObject([last]);
  const { customerId: other } = await billed();
  expect((await statementOf(customerId, 'first: 1', portal(own, other))).nodes).toEqual([]);
});

interface Statement {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly endCursor: string };
}

async function statementOf(
  customerId: string,
  args: string,
  caller: Parameters<Invoices['ask']>[0] = backend(own),
): Promise<Statement> {
  const query = `query ($id: ID!) { _entities(representations: [{ __typename: "Customer", id: $id }]) {
    ... on Customer { creditMovements(currency: "USD", ${args}) { pageInfo { endCursor }
      nodes { amount { minor } balance { minor } cause causeId at } } } } }`;
  type Found = { _entities: [{ creditMovements: Statement } | null] };
  const { _entities: found } = await suite.ask<Found>(caller, query, { id: customerId });
  return found[0]?.creditMovements ?? { nodes: [], pageInfo: { endCursor: '' } };
}

test('what cannot be given back is rejected by field, without a number', async () => {
  const { invoiceId, lineId } = await billed();
  const asked = (amount: string, of = lineId) => ({ invoiceId, items: [{ lineId: of, amount }] });
  const field = 'input.items[0].amount';
  expect(await create(asked('20.01'))).toMatchObject({ __typename: 'CreditExceedsRemaining', field });
  expect(await create(asked('0.00'))).toMatchObject({ __typename: 'InvalidAmount', field });
  expect(await create(asked('0.001'))).toMatchObject({ __typename: 'InvalidInput', field });
  expect(await create(asked('1', 'lin_1'))).toMatchObject({
    __typename: 'UnknownInvoiceLine',
    lineId: 'lin_1',
  });
  expect(await create({ invoiceId: newId('inv') })).toMatchObject({ __typename: 'UnknownInvoice' });
  expect(await create({ invoiceId, items: [] })).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.items',
  });
  expect(await create({ invoiceId, reason: '\u0000' })).toMatchObject({ field: 'input.reason' });
  expect(await preview(asked('20.01'))).toMatchObject({ __typename: 'CreditExceedsRemaining', field });
  await suite.voidIt(own, invoiceId, 'a mistake');
  expect(await create(asked('1'))).toMatchObject({ __typename: 'InvoiceNotCreditable', status: 'VOID' });
});

test('notes are numbered without gaps, listed, and customers see their own', async () => {
  const { customerId, invoiceId } = await billed();
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const one = await billed();
      await create({ invoiceId: one.invoiceId });
    }),
  );
  await create({ invoiceId });
  const list = `{ creditNotes { nodes { id number } } }`;
  type Found = { creditNotes: { nodes: readonly { id: string; number: string }[] } };
  const all = (await suite.ask<Found>(backend(own), list)).creditNotes.nodes.map(({ number }) => number);
  const wanted = all.map((_, index) => `CN-${`${index + 1}`.padStart(6, '0')}`);
  expect([...all].sort()).toEqual(wanted);
  const mine = (await suite.ask<Found>(portal(own, customerId), list)).creditNotes.nodes;
  expect(mine).toHaveLength(1);
  const one = `query ($id: ID!) { creditNote(id: $id) { invoiceId } }`;
  const { customerId: other } = await billed();
  const asked = { id: mine[0]?.id };
  expect(await suite.ask(portal(own, other), one, asked)).toEqual({ creditNote: null });
  expect(await suite.ask(backend(own), one, asked)).toEqual({ creditNote: { invoiceId } });
});

test('an open invoice is written off once, and payments are told', async () => {
  const { customerId, invoiceId } = await billed();
  const writeOff = () =>
    suite.command<Row>(backend(own), {
      name: 'writeOffInvoice',
      input: { invoiceId, reason: 'Bankrupt.' },
      selected: `... on InvoiceWrittenOff { invoice { status writtenOffAt amountDue { minor } } }
        ... on InvoiceNotOpen { status }`,
    });
  expect(await writeOff()).toMatchObject({
    invoice: { status: 'UNCOLLECTIBLE', writtenOffAt: START, amountDue: { minor: '2000' } },
  });
  expect(await writeOff()).toMatchObject({ __typename: 'InvoiceNotOpen', status: 'UNCOLLECTIBLE' });
  expect(await suite.told(own, invoiceWrittenOff)).toHaveLength(1);
  await pay(invoiceId, customerId, '2500');
  expect(await suite.invoiceOf(own, customerId, 0, 'PAID')).toMatchObject({ amountPaid: { minor: '2000' } });
  expect(await balanceOf(customerId)).toBe('500');
});

test('twenty notes at once give back no more than the line, each with a number of its own', async () => {
  const { customerId, invoiceId, lineId } = await billed();
  await pay(invoiceId, customerId, '2000');
  const asked = { invoiceId, items: [{ lineId, amount: '2.00' }], to: 'REFUND' };
  const made = await Promise.all(Array.from({ length: 20 }, () => create(asked)));
  const outcomes = made.map(({ __typename: name }) => name);
  expect(outcomes.filter((name) => name === 'CreditNoteCreated')).toHaveLength(10);
  expect(outcomes.filter((name) => name === 'CreditExceedsRemaining')).toHaveLength(10);
  const told = (await suite.told(own, invoiceCredited)).filter(({ key }) => key.endsWith(invoiceId));
  const back = told.reduce((sum, { data }) => sum + BigInt(String((data as Row)['refundMinor'])), 0n);
  expect([back, await balanceOf(customerId)]).toEqual([2_000n, '0']);
});

test('every row is the fold of its stream', async () => {
  const { differences } = await suite.platform.db.tenant(own.scope, (tx) =>
    invoices.check(tx, { after: null, limit: 1_000, repair: false }),
  );
  expect(differences).toEqual([]);
});
