import { afterAll, beforeAll, expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { setTestClock } from '@tollgate/testing/stack';
import { waitFor } from '@tollgate/testing/waiting';
import { graduated, perUnit, PLAIN } from './charges.js';
import { INPUT, monthOf, MONTHS, OUTPUT, priceOf, START, startInvoices, type Invoices } from './harness.js';

const THOUSANDS = {
  multiplyBy: decimal('1'),
  divideBy: decimal('1000'),
  rounding: 'ceil',
  decimals: 0,
} as const;

let suite: Invoices;

beforeAll(async () => {
  suite = await startInvoices();
});
afterAll(() => suite.stop());

test('a subscription with a fee gets a final invoice for its first period at once', async () => {
  const own = await suite.openTenant();
  const { customerId, terms } = await suite.subscribe(own, 'DE');
  const invoice = await suite.invoiceOf(own, customerId, 0, 'OPEN');
  expect(invoice).toMatchObject({
    status: 'OPEN',
    number: expect.stringMatching(/^INV-\d{6}$/),
    customer: { id: customerId },
    subscription: { id: terms.subscriptionId },
    currency: 'USD',
    period: { from: MONTHS[0], to: MONTHS[1] },
    subtotal: { amount: '20.00', minor: '2000', currency: 'USD' },
    tax: { minor: '380' },
    total: { minor: '2380' },
    amountDue: { minor: '2380' },
    discount: { minor: '0' },
    taxTreatment: 'DESTINATION',
    taxes: [{ name: 'Tax', percent: '19', amount: { minor: '380' } }],
    finalisedAt: START,
    dueAt: START,
    lines: [{ kind: 'FEE', meter: null, quantity: '1', unitAmount: '20', tiers: [], tax: { minor: '380' } }],
  });
});

test('a closed period becomes a draft, late usage re-totals it, and the clock finalises it', async () => {
  const own = await suite.openTenant();
  const { customerId, terms } = await suite.subscribe(own, 'DE');
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '4500000', [OUTPUT]: '150000' } });
  const draft = await suite.invoiceOf(own, customerId, 1, 'DRAFT');
  expect(draft.number).toBeNull();
  expect(draft.lines).toMatchObject([
    {
      kind: 'USAGE',
      meter: { id: INPUT },
      quantity: '4500000',
      includedQuantity: '1000000',
      amount: { minor: '525' },
    },
    { kind: 'USAGE', meter: { id: OUTPUT }, unitAmount: null, amount: { minor: '124' } },
    { kind: 'FEE', amount: { minor: '2000' }, period: { from: MONTHS[1], to: MONTHS[2] } },
  ]);
  await suite.close(own, terms, {
    index: 0,
    quantities: { [INPUT]: '4500000', [OUTPUT]: '300000' },
    revision: 2,
  });
  const retotalled = await waitFor('the re-total', async () => {
    const invoice = await suite.invoiceOf(own, customerId, 1);
    return invoice.revision === 2 ? invoice : null;
  });
  expect(retotalled.lines[1]).toMatchObject({
    amount: { minor: '224' },
    tiers: [
      { tier: 1, upTo: '20000', quantity: '20000', unitAmount: '0.00001', flatAmount: '0', amount: '0.2' },
      { tier: 2, upTo: '200000', quantity: '180000', amount: '1.44' },
      { tier: 3, upTo: null, quantity: '100000', amount: '0.6' },
    ],
  });
  expect(retotalled).toMatchObject({
    subtotal: { minor: '2749' },
    tax: { minor: '522' },
    total: { minor: '3271' },
  });
  await setTestClock(suite.platform, own.id, '2024-02-01T00:59:59.000Z');
  expect((await suite.invoiceOf(own, customerId, 1)).status).toBe('DRAFT');
  await setTestClock(suite.platform, own.id, '2024-02-02T00:00:00.000Z');
  const final = await suite.invoiceOf(own, customerId, 1, 'OPEN');
  expect(final).toMatchObject({ number: 'INV-000002', finalisedAt: '2024-02-01T01:00:00.000Z' });
});

test('late usage after finalisation is a line of the next invoice, from the billed position on', async () => {
  const own = await suite.openTenant({ invoiceGraceSeconds: 0 });
  const { customerId, terms } = await suite.subscribe(own, 'US');
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '1999999', [OUTPUT]: '0' } });
  const first = await suite.invoiceOf(own, customerId, 1, 'OPEN');
  expect(first.lines).toMatchObject([
    { amount: { minor: '150' } },
    { amount: { minor: '0' }, tiers: [] },
    {},
  ]);
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '3000000', [OUTPUT]: '0' }, revision: 2 });
  await suite.close(own, terms, { index: 1, quantities: { [INPUT]: '0', [OUTPUT]: '0' } });
  const second = await suite.invoiceOf(own, customerId, 2, 'OPEN');
  expect(second.lines.at(-1)).toMatchObject({
    kind: 'LATE',
    description: 'Input tokens (late usage)',
    quantity: '1000001',
    includedQuantity: '0',
    amount: { minor: '150' },
    period: { from: MONTHS[0] },
  });
  expect((await suite.invoiceOf(own, customerId, 1)).revision).toBe(first.revision);
});

test('late usage after the end of a subscription gets an invoice of its own', async () => {
  const own = await suite.openTenant({ invoiceGraceSeconds: 0 });
  const { customerId, terms } = await suite.subscribe(own, 'US');
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '0', [OUTPUT]: '0' }, next: null });
  // Nothing was used, so there is nothing to collect.
  expect(await suite.invoiceOf(own, customerId, 1, 'PAID')).toMatchObject({
    amountDue: { minor: '0' },
    lines: [{}, {}],
  });
  await suite.close(own, terms, {
    index: 0,
    quantities: { [INPUT]: '0', [OUTPUT]: '20000' },
    next: null,
    revision: 2,
  });
  const late = await suite.invoiceOf(own, customerId, 2, 'OPEN');
  expect(late).toMatchObject({
    total: { minor: '20' },
    lines: [{ quantity: '20000', meter: { id: OUTPUT } }],
  });
});

test('every model that prices a quantity is billed, with conversion, included units, minimum and maximum', async () => {
  const own = await suite.openTenant({ invoiceGraceSeconds: 0 });
  const seats = perUnit('7.5');
  const least = perUnit('1', { minimumAmount: decimal('20') });
  const packages = { ...PLAIN, model: 'package', packageRounding: 'ceil' } as const;
  const prices = [
    priceOf('seats', null, seats),
    priceOf('least', INPUT, least),
    priceOf('most', INPUT, perUnit('2', { maximumAmount: decimal('50') })),
    priceOf('volume', INPUT, { ...graduated(['10', '2'], [null, '1.5']), model: 'volume' }),
    priceOf('package', OUTPUT, { ...packages, packageSize: decimal('1000'), packageAmount: decimal('3') }),
    priceOf('converted', OUTPUT, perUnit('1', { includedUnits: decimal('1'), conversion: THOUSANDS })),
  ];
  const { customerId, terms } = await suite.subscribe(own, 'US', { prices, quantity: decimal('4') });
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '40', [OUTPUT]: '2001' } });
  const invoice = await suite.invoiceOf(own, customerId, 1, 'OPEN');
  expect(invoice.lines.map(({ kind, key, quantity, amount }) => [kind, key, quantity, amount])).toEqual([
    ['USAGE', 'least', '40', { minor: '4000' }],
    ['USAGE', 'most', '40', { minor: '5000' }],
    ['USAGE', 'volume', '40', { minor: '6000' }],
    ['USAGE', 'package', '2001', { minor: '900' }],
    ['USAGE', 'converted', '2001', { minor: '200' }],
    ['FEE', 'seats', '4', { minor: '3000' }],
  ]);
});

test('of periods that are closed at once, each waits for the grace time after its own end', async () => {
  const own = await suite.openTenant({ invoiceGraceSeconds: 259_200 });
  const { customerId, terms } = await suite.subscribe(own, 'US');
  const at = '2024-03-02T06:00:00.000Z';
  for (const index of [0, 1]) await suite.close(own, terms, { index, quantities: {}, at });
  await suite.invoiceOf(own, customerId, 2, 'DRAFT');
  const made = await suite.invoicesOf(own, customerId);
  expect(made.slice(1)).toMatchObject([
    { status: 'OPEN', createdAt: at, finalisedAt: at, dueAt: at },
    { status: 'DRAFT', createdAt: at, finalisedAt: null, dueAt: null },
  ]);
  await setTestClock(suite.platform, own.id, '2024-03-05T00:00:00.000Z');
  expect(await suite.invoiceOf(own, customerId, 2, 'OPEN')).toMatchObject({
    finalisedAt: '2024-03-04T00:00:00.000Z',
  });
});

test('late usage that lowers a period gives back at most what was paid for it, and the customer has credit', async () => {
  const own = await suite.openTenant({ invoiceGraceSeconds: 0 });
  const prices = [priceOf('calls', INPUT, perUnit('1'))];
  const { customerId, terms } = await suite.subscribe(own, 'US', { prices });
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '30' } });
  await suite.close(own, terms, { index: 0, quantities: { [INPUT]: '10' }, revision: 2 });
  await suite.close(own, terms, { index: 1, quantities: { [INPUT]: '5' } });
  expect(await suite.invoiceOf(own, customerId, 1, 'PAID')).toMatchObject({
    lines: [
      { kind: 'USAGE', amount: { minor: '500' } },
      { kind: 'LATE', key: 'calls', quantity: '-20', amount: { minor: '-2000' }, period: monthOf(0) },
    ],
    total: { minor: '-1500' },
    creditGenerated: { minor: '1500' },
    amountPaid: { minor: '0' },
    amountDue: { minor: '0' },
  });
});
