import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  invoiceCredited,
  invoiceFinalised,
  invoicePaid,
  invoiceRefunded,
  invoiceWrittenOff,
} from '@tollgate/contracts/invoices/invoice';
import { paymentRefunded, paymentRefundRejected, paymentSettled } from '@tollgate/contracts/payments/payment';
import { newId } from '@tollgate/runtime/base/new-id';
import { waitFor } from '@tollgate/testing/waiting';
import { NOW, startCollecting, type Collecting } from './collecting.js';

let world: Collecting;
beforeAll(async () => {
  world = await startCollecting({ roles: ['api', 'worker'] });
});
afterAll(() => world.stop());

interface Given {
  readonly toDue?: string;
  readonly refund?: string;
}

const head = (invoiceId: string, customerId: string) => ({
  ...{ invoiceId, customerId, subscriptionId: null, currency: 'USD', totalMinor: '2380', number: 'A-1' },
});

/** Tells of a credit note; answers its id. */
async function credit(invoiceId: string, customerId: string, { toDue = '0', refund = '0' }: Given) {
  const noteId = newId('crn');
  const amounts = { creditedMinor: '2380', toDueMinor: toDue, toBalanceMinor: '0', refundMinor: refund };
  const note = { noteId, noteNumber: 'CN-000001', creditedAt: NOW };
  const data = { ...head(invoiceId, customerId), ...amounts, ...note };
  await world.tell(world.tenant, invoiceCredited, { aggregate: invoiceId, data: data as never });
  return noteId;
}

const record = (invoiceId: string, amount: string, idempotencyKey?: string) =>
  world.command<Record<string, unknown>>(world.own, {
    name: 'recordOfflinePayment',
    input: { invoiceId, amount, reference: 'Transfer of 1 February', idempotencyKey },
    selected: `... on OfflinePaymentRecorded { payment { isOffline provider status amount { minor } reference } }
      ... on InvoiceNotPayable { status } ... on InvalidAmount { field } ... on InvalidInput { field }`,
  });

const keptOf = (invoiceId: string) =>
  world.gateways.sandbox.control
    .captures()
    .filter(({ invoice }) => invoice === invoiceId)
    .map(({ minor }) => minor);

async function refundsOf(invoiceId: string) {
  const query = `query ($id: ID!) { payments(invoiceId: $id) { nodes { status amountRefunded { minor }
    refunds { creditNoteId status amount { minor } reason } } } }`;
  const { payments } = await world.ask<{ payments: { nodes: readonly object[] } }>(world.own, query, {
    id: invoiceId,
  });
  return payments.nodes;
}

test('after a note on an open invoice only what is left is collected', async () => {
  const customerId = await world.customer({});
  const invoiceId = await world.finalise(customerId);
  await world.settled(invoiceId, 'DECLINED');
  await credit(invoiceId, customerId, { toDue: '1000' });
  await world.quiet();
  await world.addMethod({ customerId, provider: 'STRIPE', token: 'pm_card_visa' });
  expect(await world.pay(invoiceId)).toMatchObject({ __typename: 'PaymentStarted' });
  expect(await world.settled(invoiceId, 'SUCCEEDED')).toMatchObject({ amountCaptured: { minor: '1380' } });
});

test('a payment that waits for its customer takes what is due when they confirm it', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_authenticationRequired' });
  const invoiceId = await world.finalise(customerId);
  const { reference } = await world.settled(invoiceId, 'REQUIRES_ACTION');
  await credit(invoiceId, customerId, { toDue: '380' });
  expect(await record(invoiceId, '500.00')).toMatchObject({
    ...{ __typename: 'OfflinePaymentRecorded' },
    payment: { isOffline: true, provider: null, status: 'SUCCEEDED', amount: { minor: '50000' } },
  });
  await world.quiet();
  expect(reference).toBeTruthy();
});

test('a part that a note gives back goes back once, and the payment stays', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_visa' });
  const invoiceId = await world.finalise(customerId);
  await world.settled(invoiceId, 'SUCCEEDED');
  world.gateways.sandbox.control.setFault({
    provider: 'stripe',
    kind: 'error_500',
    count: 1,
    when: 'after',
    path: 'refund',
  });
  const noteId = await credit(invoiceId, customerId, { refund: '1000' });
  await waitFor('the refund', async () => (await world.told(world.tenant, paymentRefunded)).length > 0);
  expect(await refundsOf(invoiceId)).toEqual([
    {
      ...{ status: 'SUCCEEDED', amountRefunded: { minor: '1000' } },
      refunds: [{ creditNoteId: noteId, status: 'SUCCEEDED', amount: { minor: '1000' }, reason: null }],
    },
  ]);
  expect(keptOf(invoiceId)).toEqual(['1380']);
});

test('credit that is paid out goes back once by the provider that took it, whatever is lost on the way', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_visa' });
  const invoiceId = await world.finalise(customerId);
  await world.settled(invoiceId, 'SUCCEEDED');
  const { control } = world.gateways.sandbox;
  control.setFault({ provider: 'stripe', kind: 'unreachable', count: 2, when: 'after', path: 'refund' });
  const refundId = newId('rfd');
  const data = { ...head(invoiceId, customerId), refundId, refundMinor: '1000', refundedAt: NOW };
  const tell = () => world.tell(world.tenant, invoiceRefunded, { aggregate: invoiceId, data: data as never });
  await Promise.all([tell(), tell()]);
  const told = async () => {
    const all = (await world.told(world.tenant, paymentRefunded)).map(({ data }) => data as object);
    return all.filter((data) => 'refundId' in data && data.refundId === refundId);
  };
  await waitFor('the payout', async () => (await told()).length > 0);
  await world.quiet();
  expect(await told()).toMatchObject([{ amountMinor: '1000' }]);
  expect(await refundsOf(invoiceId)).toMatchObject([
    { amountRefunded: { minor: '1000' }, refunds: [{ creditNoteId: null, status: 'SUCCEEDED' }] },
  ]);
  expect(keptOf(invoiceId)).toEqual(['1380']);
});

test('what nobody took is told as not given back', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_visa' });
  const invoiceId = await world.finalise(customerId);
  await world.settled(invoiceId, 'SUCCEEDED');
  const noteId = await credit(invoiceId, customerId, { refund: '3000' });
  await world.quiet();
  const told = await world.told(world.tenant, paymentRefundRejected);
  expect(told.map(({ data }) => data)).toMatchObject([
    { refundId: noteId, amountMinor: '620', paymentId: null },
  ]);
});

test('money that came another way is told once, and only where something is due', async () => {
  const customerId = await world.customer({});
  const invoiceId = await world.finalise(customerId);
  await world.settled(invoiceId, 'DECLINED');
  expect(await record(invoiceId, '0.00')).toMatchObject({
    __typename: 'InvalidAmount',
    field: 'input.amount',
  });
  expect(await record(invoiceId, '0.001')).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.amount',
  });
  await record(invoiceId, '10.00', 'key-1');
  await record(invoiceId, '10.00', 'key-1');
  await record(invoiceId, '20.00');
  expect(await record(invoiceId, '1.00')).toMatchObject({ __typename: 'InvoiceNotPayable', status: 'PAID' });
  const told = (await world.told(world.tenant, paymentSettled)).filter(({ key }) => key.endsWith(invoiceId));
  expect(told.map(({ data }) => data)).toMatchObject([
    { amountMinor: '1000', provider: null },
    { amountMinor: '2000', provider: null },
  ]);
});

test('what its customer pays is kept and not charged, until somebody asks for that', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_visa' });
  const invoiceId = newId('inv');
  const due = { dueMinor: '2380', payerId: customerId, finalisedAt: NOW, dueAt: NOW, collection: 'manual' };
  const data = { ...head(invoiceId, customerId), ...due };
  await world.tell(world.tenant, invoiceFinalised, { aggregate: invoiceId, data: data as never });
  await world.quiet();
  expect(await refundsOf(invoiceId)).toEqual([]);
  expect(await world.pay(invoiceId)).toMatchObject({ __typename: 'PaymentStarted' });
  await world.settled(invoiceId, 'SUCCEEDED');
});

test('a bad debt can still be paid; once it is settled nothing more is taken', async () => {
  const customerId = await world.customer({ stripe: 'pm_card_visa' });
  const invoiceId = await world.finalise(customerId, { dueMinor: '0' });
  const other = await world.finalise(await world.customer({}));
  await world.settled(other, 'DECLINED');
  const written = { ...head(other, customerId), writtenOffAt: NOW, reason: 'Bankrupt.' };
  await world.tell(world.tenant, invoiceWrittenOff, { aggregate: other, data: written as never });
  await world.quiet();
  expect(await record(other, '5.00')).toMatchObject({ __typename: 'OfflinePaymentRecorded' });
  const paid = { ...head(other, customerId), paidAt: NOW };
  await world.tell(world.tenant, invoicePaid, { aggregate: other, data: paid as never });
  await world.quiet();
  expect(await record(other, '5.00')).toMatchObject({ __typename: 'InvoiceNotPayable' });
  expect(await record(invoiceId, '5.00')).toMatchObject({
    __typename: 'InvoiceNotPayable',
    status: 'NOTHING_DUE',
  });
});
