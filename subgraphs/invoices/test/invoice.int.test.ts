import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventContract } from '@tollgate/contracts/event';
import { invoiceFinalised, invoicePaid, invoiceVoided } from '@tollgate/contracts/invoices/invoice';
import { paymentFailed, paymentSettled } from '@tollgate/contracts/payments/payment';
import { canonicalJson } from '@tollgate/kernel/codec';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { invoices } from '../src/invoice/aggregate.js';
import { compute } from '../src/invoice/domain/computation.js';
import { hashOf } from '../src/draft/handlers.js';
import { INPUT, OUTPUT, START, startInvoices, type Invoices } from './harness.js';

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

test('an invoice is voided once, with a reason, and payments are told', async () => {
  const own = await suite.openTenant();
  const { customerId } = await suite.subscribe(own, 'US');
  const { id } = await suite.invoiceOf(own, customerId, 0, 'OPEN');
  expect(await suite.voidIt(own, id, ' ')).toMatchObject({
    __typename: 'InvalidInput',
    field: 'input.reason',
  });
  expect(await suite.voidIt(own, id, 'wrong customer')).toMatchObject({
    __typename: 'InvoiceVoided',
    invoice: { status: 'VOID', amountDue: { minor: '0' }, voidedAt: START },
  });
  expect(await suite.voidIt(own, id, 'again')).toMatchObject({
    __typename: 'InvoiceNotOpen',
    status: 'VOID',
  });
  expect(await dataOf(own, invoiceVoided)).toMatchObject([{ invoiceId: id, reason: 'wrong customer' }]);
});

test('a declined charge leaves the invoice open with its code; the payment settles it once', async () => {
  const own = await suite.openTenant();
  const { customerId } = await suite.subscribe(own, 'US');
  const { id } = await suite.invoiceOf(own, customerId, 0, 'OPEN');
  const head = {
    paymentId: newId('pay'),
    invoiceId: id as never,
    customerId,
    amountMinor: '2000',
    currency: 'USD',
  };
  const failure = { ...head, provider: 'stripe' as const, code: 'card_declined', failedAt: START };
  await suite.tell(own, paymentFailed, { aggregate: id, data: failure });
  await waitFor(
    'the decline',
    async () => (await suite.invoiceOf(own, customerId, 0)).declineCode === 'card_declined',
  );
  expect((await suite.invoiceOf(own, customerId, 0)).status).toBe('OPEN');
  const settledAt = '2024-01-01T00:05:00.000Z';
  const payment = { ...head, provider: 'paypal' as const, reference: 'r1', settledAt };
  for (let time = 0; time < 2; time += 1)
    await suite.tell(own, paymentSettled, { aggregate: id, data: payment });
  const paid = await suite.invoiceOf(own, customerId, 0, 'PAID');
  expect(paid).toMatchObject({ paidAt: settledAt, declineCode: null, amountDue: { minor: '0' } });
  await suite.tell(own, paymentFailed, { aggregate: id, data: failure });
  await suite.quiet();
  expect((await suite.invoiceOf(own, customerId, 0)).status).toBe('PAID');
  expect(await dataOf(own, invoicePaid)).toHaveLength(1);
  expect(await dataOf(own, invoiceFinalised)).toMatchObject([{ dueMinor: '2000', dueAt: START }]);
});

test('what was captured is what is booked, each payment once, and the rest stays due', async () => {
  const own = await suite.openTenant();
  const { customerId } = await suite.subscribe(own, 'US');
  const { id } = await suite.invoiceOf(own, customerId, 0, 'OPEN');
  const told = (amountMinor: string, paymentId: `pay_${string}`) => {
    const head = { paymentId, invoiceId: id as never, customerId, amountMinor, currency: 'USD' };
    const data = { ...head, provider: 'stripe' as const, reference: 'r1', settledAt: START };
    return suite.tell(own, paymentSettled, { aggregate: id, data });
  };
  const part = newId('pay');
  for (let time = 0; time < 3; time += 1) await told('500', part);
  await suite.quiet();
  expect(await suite.invoiceOf(own, customerId, 0)).toMatchObject({
    status: 'OPEN',
    amountPaid: { minor: '500' },
    amountDue: { minor: '1500' },
  });
  expect(await suite.voidIt(own, id, 'too late')).toMatchObject({ __typename: 'InvoiceNotVoidable' });
  expect(await dataOf(own, invoicePaid)).toEqual([]);
  await told('1500', newId('pay'));
  const paid = await suite.invoiceOf(own, customerId, 0, 'PAID');
  expect(paid).toMatchObject({ amountPaid: { minor: '2000' }, amountDue: { minor: '0' } });
});

test('every row is the fold of its stream, and every invoice the computation of its basis', async () => {
  const tenant = await suite.openTenant();
  const { customerId, terms } = await suite.subscribe(tenant, 'DE');
  await suite.close(tenant, terms, { index: 0, quantities: { [INPUT]: '7', [OUTPUT]: '9' } });
  const { id } = await suite.invoiceOf(tenant, customerId, 1, 'DRAFT');
  expect(await differences(tenant)).toEqual([]);
  await suite.platform.db.tenant(tenant.scope, (tx) =>
    tx.query('UPDATE {t}.invoices_invoice SET total_minor = total_minor + 1 WHERE id = $1', [id]),
  );
  // The comparison has teeth: it names the row that somebody edited.
  expect(await differences(tenant)).toEqual([id]);
});

/** Data of what the tenant has published of this contract. */
async function dataOf(of: TestTenant, contract: EventContract): Promise<unknown[]> {
  return (await suite.told(of, contract)).map(({ data }) => data);
}

/** Invoices whose row is not the fold of the stream, or whose lines are not the computation of the basis. */
async function differences(of: TestTenant): Promise<string[]> {
  return suite.platform.db.tenant(of.scope, async (tx) => {
    const { streams, differences: rows } = await invoices.check(tx, {
      after: null,
      limit: 1_000,
      repair: false,
    });
    expect(streams).toBeGreaterThan(0);
    const ids = await tx.query<{ id: string }>('SELECT id FROM {t}.invoices_invoice');
    const loaded = await invoices.load(
      tx,
      ids.map(({ id }) => id),
    );
    const other = [...loaded.values()].flatMap(({ id, state }) => {
      if (state.status === 'none') return [id];
      const { basis, basisHash, lines, totals } = state;
      const same = canonicalJson(compute(basis)) === canonicalJson({ lines, totals });
      return same && basisHash === hashOf(basis) ? [] : [id];
    });
    return [...rows.map(({ stream }) => stream), ...other];
  });
}
