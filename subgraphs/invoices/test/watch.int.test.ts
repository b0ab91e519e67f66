import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestTenant } from '@tollgate/testing/stack';
import { startInvoices, type Invoices } from './harness.js';
import { watchInvoices } from '../src/invoice/live.js';

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

/** A watcher of all customers, which goes on after a break or begins. */
const watched = (own: TestTenant, resumesSinceMs: number | null) =>
  watchInvoices({
    db: suite.platform.db,
    live: suite.platform.live,
    scope: { tenantId: own.id, actor: 'test', correlation: 'test', cause: 'test' },
    customerId: null,
    resumesSinceMs,
  });

test('a watcher of all customers that was cut off hears what changed meanwhile, and nothing older', async () => {
  const own = await suite.openTenant();
  const [old, changed] = [await suite.subscribe(own, 'US'), await suite.subscribe(own, 'US')];
  await suite.invoiceOf(own, old.customerId, 0, 'OPEN');
  const { id } = await suite.invoiceOf(own, changed.customerId, 0, 'OPEN');
  await suite.quiet();
  const cutOffMs = Date.now();
  await suite.voidIt(own, id, 'while nobody listened');
  const updates = watched(own, cutOffMs);
  expect((await updates.next()).value).toMatchObject({ id, invoice: { status: 'void' } });
  const { customerId } = await suite.subscribe(own, 'US');
  expect((await updates.next()).value).toMatchObject({ invoice: { basis: { customerId } } });
  await updates.return?.();
});

test('control: a watcher of all customers that begins hears of new changes only', async () => {
  const own = await suite.openTenant();
  const before = await suite.subscribe(own, 'US');
  await suite.invoiceOf(own, before.customerId, 0, 'OPEN');
  await suite.quiet();
  const updates = watched(own, null);
  const first = updates.next();
  const { customerId } = await suite.subscribe(own, 'US');
  expect((await first).value).toMatchObject({ invoice: { basis: { customerId } } });
  await updates.return?.();
});
