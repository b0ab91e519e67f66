import { afterAll, beforeAll, expect, test } from 'vitest';
import { billKey, subscriptionBilled, type Bill } from '@tollgate/contracts/plans/bill';
import { planVersionPublished } from '@tollgate/contracts/plans/version';
import { customerChanged } from '@tollgate/contracts/tenancy/customer';
import { TOTALS_KEY, usageBillTotalled } from '@tollgate/contracts/usage/bill';
import { usageProgressed } from '@tollgate/contracts/usage/progress';
import { decimal } from '@tollgate/kernel/number/decimal';
import { newId } from '@tollgate/runtime/base/new-id';
import type { TestTenant } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { perUnit } from './charges.js';
import { customerOf, INPUT, monthOf, priceOf, START, startInvoices, type Invoices } from './harness.js';

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

const MID = '2024-01-15T00:00:00.000Z';
const CURRENT = { index: 0, paid: 0, period: monthOf(0), full: null };
const NOTHING = { closes: null, legs: null, addons: [], credit: null, over: null };
type Terms = Bill['terms'];

/** A customer whose usage costs 1.00 a unit and is billed at 100 and every 50 after that; its start is not told yet. */
const sell = async (own: TestTenant): Promise<{ customerId: `cus_${string}`; terms: Terms; start: Bill }> => {
  const [customerId, planId, planVersionId] = [newId('cus'), newId('pln'), newId('plv')];
  await suite.tell(own, customerChanged, { aggregate: customerId, data: customerOf(customerId, 'US', 1) });
  const data = {
    ...{ planId, planVersionId, planCode: 'p', planName: 'P', versionNumber: 1, trialDays: 0 },
    interval: { unit: 'month' as const, count: 1 },
    ...{ alignment: 'anniversary' as const, grain: 'day' as const, part: 0, parts: 1 },
    ...{ minimums: [], entitlements: [], publishedAt: START },
    thresholds: [{ currency: 'USD', amounts: [decimal('100')], recurringStep: decimal('50') }],
    prices: [priceOf('input', INPUT, perUnit('1'))],
  };
  await suite.tell(own, planVersionPublished, { aggregate: planId, data });
  const ids = { subscriptionId: newId('sub'), customerId, planId, planVersionId };
  const at = { currency: 'USD', timeZone: 'UTC', quantity: decimal('1') };
  const terms = { ...ids, ...at, overrides: [], since: 0, inline: null };
  const start = { ...NOTHING, number: 0, reason: 'start' as const, at: START, terms, current: CURRENT };
  return { customerId, terms, start: { ...start, opens: true } };
};

const use = (own: TestTenant, { subscriptionId, customerId }: Terms, told: number, quantities: string[]) =>
  suite.tell(own, usageProgressed, {
    aggregate: TOTALS_KEY,
    at: MID,
    data: {
      ...{ subscriptionId, customerId, bill: 0, from: START, told },
      meters: [{ meterId: INPUT, from: null }],
      steps: quantities.map((quantity) => [{ meter: 0, quantity }]),
    },
  });

const subtotals = async (own: TestTenant, customerId: string) =>
  (await suite.invoicesOf(own, customerId)).map(({ subtotal }) => Number(subtotal.minor) / 100);

test('each crossing is billed once: told twice, out of order, before its start, and in whichever parts', async () => {
  const own = await suite.openTenant({ invoiceGraceSeconds: 0 });
  const { customerId, terms, start } = await sell(own);
  await use(own, terms, 2, ['160', '190']);
  await use(own, terms, 0, ['60', '130']);
  await suite.tell(own, subscriptionBilled, { aggregate: billKey(customerId), data: { bills: [start] } });
  await waitFor('both crossings', async () => (await subtotals(own, customerId)).length === 2);
  await use(own, terms, 0, ['60', '130']);
  await use(own, terms, 1, ['130', '160', '190', '205']);
  await waitFor('the third crossing', async () => (await subtotals(own, customerId)).length === 3);
  await suite.quiet();
  expect(await subtotals(own, customerId)).toEqual([130, 30, 45]);
  const [first] = await suite.invoicesOf(own, customerId);
  expect(first).toMatchObject({ status: 'OPEN', number: 'INV-000001', finalisedAt: MID });

  const closes = { ...CURRENT, from: START, to: CURRENT.period.to, ends: true, terms: null };
  const over = { reason: 'cancel' as const, at: CURRENT.period.to, current: null, over: 'ended' as const };
  const bill = { ...start, ...over, number: 1, opens: false, closes };
  const meters = [{ meterId: INPUT, from: null, to: { quantity: '205', events: 5 } }];
  const { subscriptionId } = terms;
  const total = { subscriptionId, customerId, number: 1, revision: 1, bill, meters };
  const told = { aggregate: TOTALS_KEY, at: CURRENT.period.to, data: { totals: [total] } };
  await suite.tell(own, usageBillTotalled, told);
  const last = await suite.invoiceOf(own, customerId, 3, 'PAID');
  expect(last.lines.map(({ kind, amount }) => [kind, (amount as { minor: string }).minor])).toEqual([
    ['USAGE', '20500'],
    ['PROGRESSIVE_CREDIT', '-20500'],
  ]);
  await use(own, terms, 5, ['300']);
  await suite.quiet();
  expect(await subtotals(own, customerId)).toEqual([130, 30, 45, 0]);
});

test('negative control: where nothing is kept of a stretch, the same events are billed again', async () => {
  const own = await suite.openTenant();
  const { customerId, terms, start } = await sell(own);
  await suite.tell(own, subscriptionBilled, { aggregate: billKey(customerId), data: { bills: [start] } });
  await use(own, terms, 0, ['130']);
  await use(own, terms, 0, ['130']);
  await suite.quiet();
  expect(await subtotals(own, customerId)).toEqual([130]);
  await suite.sql(own, 'DELETE FROM {t}.invoices_progress');
  await use(own, terms, 0, ['130']);
  await suite.quiet();
  expect(await subtotals(own, customerId)).toEqual([130, 130]);
});
