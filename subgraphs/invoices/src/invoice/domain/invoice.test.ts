import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { canonicalJson } from '@tollgate/kernel/codec';
import { instant } from '@tollgate/kernel/time/time';
import { compute, withUsage, type Basis, type Charge } from './computation.js';
import { invoiceDecider, type InvoiceCommand, type InvoiceEvent, type InvoiceState } from './invoice.js';

const AT = instant('2024-02-01T00:00:00Z');
const period = { from: instant('2024-01-01T00:00:00Z'), to: AT };

const usage = (meterId: string, model: Charge['model'], quantity: string): Charge => ({
  lineId: `lin_${meterId}`,
  kind: 'usage',
  priceId: `prc_${meterId}`,
  description: meterId,
  meterId,
  meterCode: meterId,
  model,
  period,
  quantity: decimal(quantity),
  billed: null,
});
const fee: Charge = {
  ...usage('fee', { kind: 'flat', amount: decimal('20') }, '1'),
  kind: 'fee',
  meterId: null,
  meterCode: null,
};
const input = usage(
  'input',
  { kind: 'per_unit', unitAmount: decimal('0.0000015'), includedUnits: decimal('1000000') },
  '4500000',
);
const tier = (upTo: string | null, unitAmount: string) => ({
  upTo: upTo === null ? null : decimal(upTo),
  unitAmount: decimal(unitAmount),
  flatAmount: decimal('0'),
});
const output = usage(
  'output',
  {
    kind: 'graduated',
    tiers: [tier('20000', '0.00001'), tier('200000', '0.000008'), tier(null, '0.000006')],
    includedUnits: decimal('0'),
  },
  '300000',
);

const basis = (charges: readonly Charge[], taxPercent: string | null = '19'): Basis => ({
  rules: 1,
  origin: 'close',
  customerId: 'cus_1',
  customerRevision: 1,
  country: 'DE',
  subscriptionId: 'sub_1',
  planVersionId: 'plv_1',
  currency: parseCurrency('USD') as Currency,
  period,
  charges,
  taxPercent: taxPercent === null ? null : decimal(taxPercent),
  settingsRevision: 1,
});

const draftOf = (given: Basis): InvoiceCommand => ({
  type: 'DraftInvoice',
  basis: given,
  basisHash: canonicalJson(given),
  draftedAt: AT,
});
const finalise: InvoiceCommand = {
  type: 'FinaliseInvoice',
  number: 'INV-000001',
  finalisedAt: AT,
  dueAt: AT,
};
const pay = (amountMinor: bigint): InvoiceCommand => ({ type: 'RecordPayment', amountMinor, paidAt: AT });
const decline: InvoiceCommand = { type: 'RecordPaymentFailure', code: 'card_declined', failedAt: AT };
const withdraw: InvoiceCommand = { type: 'VoidInvoice', reason: 'wrong customer', voidedAt: AT };

/** Given commands that are accepted, the state; the last one's answer. */
const after = (...commands: readonly InvoiceCommand[]) => {
  let state: InvoiceState = invoiceDecider.initial;
  let events: readonly InvoiceEvent[] = [];
  for (const command of commands) {
    const decision = invoiceDecider.decide(command, state);
    if (!decision.ok) return { state, events: [], rejection: decision.rejection };
    events = decision.events;
    state = foldEvents(invoiceDecider, events, state);
  }
  return { state, events, rejection: null };
};

test('the demo month in Germany: fee, included input tokens, tiered output tokens, 19 % tax', () => {
  const { state } = after(draftOf(basis([fee, input, output])));
  expect(state).toMatchObject({
    status: 'draft',
    totals: { subtotalMinor: 2749n, taxMinor: 522n, totalMinor: 3271n },
    lines: [
      { kind: 'fee', amountMinor: 2000n, taxMinor: 380n, unitAmount: '20' },
      { amountMinor: 525n, includedQuantity: '1000000', unitAmount: '0.0000015', taxMinor: 100n },
      { amountMinor: 224n, unitAmount: null, taxMinor: 42n, tiers: [{ tier: 1 }, { tier: 2 }, { tier: 3 }] },
    ],
  });
});

test('the basis alone gives the same invoice again, byte for byte', () => {
  const { state } = after(draftOf(basis([fee, input, output])));
  if (state.status !== 'draft') throw new Error('not drafted');
  const { lines, totals } = state;
  const stored = JSON.parse(JSON.stringify(state.basis)) as Basis;
  expect(canonicalJson(compute(stored))).toBe(canonicalJson({ lines, totals }));
});

test('lines and their taxes sum to the totals, whatever was used', () => {
  const quantity = fc.integer({ min: 0, max: 9_000_000 }).map(String);
  const percent = fc.integer({ min: 0, max: 2_700 }).map((n) => (n / 100).toFixed(2));
  fc.assert(
    fc.property(fc.array(fc.tuple(quantity, quantity), { maxLength: 12 }), percent, (used, taxPercent) => {
      const charges = used.flatMap(([tokensIn, tokensOut]) => [
        { ...input, quantity: decimal(tokensIn) },
        { ...output, quantity: decimal(tokensOut) },
      ]);
      const { lines, totals } = compute(basis([fee, ...charges], taxPercent));
      const sum = (minors: readonly bigint[]) => minors.reduce((whole, part) => whole + part, 0n);
      expect(sum(lines.map((line) => line.amountMinor))).toBe(totals.subtotalMinor);
      expect(sum(lines.map((line) => line.taxMinor))).toBe(totals.taxMinor);
      expect(totals.subtotalMinor + totals.taxMinor).toBe(totals.totalMinor);
    }),
  );
});

test('a country without a rate is not taxed', () => {
  expect(after(draftOf(basis([fee], null))).state).toMatchObject({
    totals: { taxMinor: 0n, totalMinor: 2000n },
  });
});

test('a re-total replaces the usage of its period and the tax, and keeps the fees', () => {
  const first = basis([fee, output]);
  const second = withUsage(first, period, { output: decimal('0') });
  const { state } = after(draftOf(first), { type: 'RetotalDraft', basis: second, basisHash: 'second' });
  expect(state).toMatchObject({ revision: 2, totals: { subtotalMinor: 2000n, taxMinor: 380n } });
  expect(state).toMatchObject({ lines: [{ quantity: '1' }, { quantity: '0', amountMinor: 0n, tiers: [] }] });
});

test('what is finalised is not re-totalled and not finalised again', () => {
  const again: InvoiceCommand = { type: 'RetotalDraft', basis: basis([]), basisHash: 'x' };
  expect(after(draftOf(basis([fee])), finalise, again).rejection).toMatchObject({
    reason: 'InvoiceNotDraft',
  });
  expect(after(draftOf(basis([fee])), finalise, finalise).rejection).toMatchObject({ status: 'open' });
});

test('an invoice over nothing is paid when it is finalised', () => {
  const { events, state } = after(draftOf(basis([{ ...output, quantity: decimal('0') }])), finalise);
  expect(events.map((event) => event.type)).toEqual(['InvoiceFinalised', 'InvoicePaid']);
  expect(state).toMatchObject({ status: 'paid', number: 'INV-000001', revision: 3 });
});

test('a payment settles an open invoice once', () => {
  const { state, events } = after(draftOf(basis([fee])), finalise, pay(2380n), pay(2380n));
  expect(state).toMatchObject({ status: 'paid', paidAt: AT });
  expect(events).toEqual([]);
});

test('a payment of another amount is refused', () => {
  const { rejection } = after(draftOf(basis([fee])), finalise, pay(2000n));
  expect(rejection).toMatchObject({ reason: 'AmountDiffers' });
});

test('a declined charge leaves the invoice open with its code, until it is paid', () => {
  expect(after(draftOf(basis([fee])), finalise, decline).state).toMatchObject({
    status: 'open',
    declineCode: 'card_declined',
  });
  expect(after(draftOf(basis([fee])), finalise, pay(2380n), decline).state).toMatchObject({ status: 'paid' });
});

test('only an open invoice is voided, and it keeps its number', () => {
  expect(after(draftOf(basis([fee])), withdraw).rejection).toMatchObject({ reason: 'InvoiceNotOpen' });
  const { state } = after(draftOf(basis([fee])), finalise, withdraw);
  expect(state).toMatchObject({ status: 'void', number: 'INV-000001', voidReason: 'wrong customer' });
  expect(after(withdraw).rejection).toMatchObject({ reason: 'UnknownInvoice' });
});
