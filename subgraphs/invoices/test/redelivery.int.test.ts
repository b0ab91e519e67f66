import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { usagePeriodTotalled } from '@tollgate/contracts/usage/period';
import { instant } from '@tollgate/kernel/time/time';
import { Retryable } from '@tollgate/runtime/base/errors';
import { newId } from '@tollgate/runtime/base/new-id';
import { outgoing, publish } from '@tollgate/runtime/messaging/outbox';
import { setTestClock } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { periodOf } from '../src/period/events.js';
import { openEarlier } from '../src/period/handlers/told.js';
import {
  countOf,
  customerOf,
  gapsOf,
  INPUT,
  monthOf,
  numbersOf,
  OUTPUT,
  START,
  startInvoices,
  startOf,
  termsFor,
  totalsOf,
  type Invoices,
} from './harness.js';

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

test('messages that come again, late or out of order bill nothing twice', async () => {
  const own = await suite.openTenant({ invoiceGraceSeconds: 0 });
  const customerId = newId('cus');
  const terms = termsFor(customerId);
  // The totals overtake the start; an older revision follows a newer one; everything comes twice.
  await suite.tell(own, customerChanged, { aggregate: customerId, data: customerOf(customerId, 'DE', 2) });
  await suite.tell(own, customerChanged, { aggregate: customerId, data: customerOf(customerId, 'US', 1) });
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '2000000', [OUTPUT]: '0' }, revision: 2 });
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '1500000', [OUTPUT]: '0' }, revision: 1 });
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '2000000', [OUTPUT]: '0' }, revision: 2 });
  for (let time = 0; time < 2; time += 1) await startOf(suite, own, terms);
  await suite.close(own, terms, { index: 1, quantities: { [INPUT]: '0', [OUTPUT]: '0' }, next: null });
  const invoices = await waitFor('all invoices', async () => {
    const list = await suite.invoicesOf(own, customerId);
    return list.length >= 3 ? list : null;
  });
  expect(invoices.map((one) => one.subtotal.minor)).toEqual(['2150', '2000', '0']);
  expect(invoices.map((one) => one.taxes[0]?.percent)).toEqual(['19', '19', '19']);
  await suite.quiet();
  expect(await suite.invoicesOf(own, customerId)).toHaveLength(3);
});

test('what arrives before its customer is tried again: nothing is written, and it is billed when it comes again', async () => {
  const own = await suite.openTenant();
  const customerId = newId('cus');
  const given = { terms: termsFor(customerId), period: periodOf(monthOf(0)), index: 0 };
  const bill = () => suite.platform.db.tenant(own.scope, (tx) => openEarlier(tx, given, instant(START)));
  await expect(bill()).rejects.toThrow(Retryable);
  expect(await suite.sql(own, `SELECT 1 FROM {t}.event WHERE type <> 'TenantCreated'`)).toEqual([]);
  await suite.tell(own, customerChanged, { aggregate: customerId, data: customerOf(customerId, 'DE', 1) });
  await suite.quiet();
  await bill();
  expect(await suite.invoiceOf(own, customerId, 0, 'OPEN')).toMatchObject({
    number: 'INV-000001',
    taxes: [{ percent: '19' }],
  });
});

test('500 subscriptions close in one message, once each', async () => {
  const own = await suite.openTenant();
  const all = Array.from({ length: 500 }, () => termsFor(newId('cus')));
  await suite.platform.db.tenant(own.scope, async (tx) => {
    await publish(
      tx,
      all.map(({ customerId }) =>
        outgoing(customerChanged, {
          aggregate: customerId,
          occurredAt: instant(START),
          data: customerOf(customerId, 'DE', 1),
        }),
      ),
    );
  });
  const totals = all.map((terms) =>
    totalsOf(terms, { index: 0, quantities: { [INPUT]: '2000000', [OUTPUT]: '10' } }),
  );
  await suite.tell(own, usagePeriodTotalled, { aggregate: newId('sub'), data: { totals } });
  await waitFor('500 drafts', async () => (await countOf(suite, own, 'draft')) === 500n);
  await setTestClock(suite.platform, own.id, '2024-02-02T00:00:00.000Z');
  await waitFor('500 open invoices', async () => (await countOf(suite, own, 'open')) === 500n);
  expect(gapsOf(await numbersOf(suite, own))).toEqual([]);
});
