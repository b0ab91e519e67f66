import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Currency } from '@tollgate/kernel/money/currency';
import { money } from '@tollgate/kernel/money/money';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { canonicalJson, decodeJson, encodeJson } from '@tollgate/kernel/codec';
import {
  AT,
  basisOf as basis,
  feeCharge,
  flat,
  graduated,
  JANUARY,
  lateCharge,
  perUnit,
  usageCharge,
  USD,
} from '../../../test/charges.js';
import { withUsage, type Basis } from './basis.js';
import { compute } from './computation.js';
import { invoiceDecider, type InvoiceCommand } from './invoice.js';
import { NO_FUNDS } from './settled.js';
import type { InvoiceEvent, InvoiceState } from './state.js';

const fee = feeCharge(flat('20'));
const input = usageCharge('input', perUnit('0.0000015', { includedUnits: decimal('1000000') }), '4500000');
const output = usageCharge(
  'output',
  graduated(['20000', '0.00001'], ['200000', '0.000008'], [null, '0.000006']),
  '300000',
);

const draftOf = (given: Basis): InvoiceCommand => ({
  type: 'DraftInvoice',
  basis: given,
  basisHash: canonicalJson(given),
  draftedAt: AT,
  finalAt: AT,
});
const finalise = {
  type: 'FinaliseInvoice' as const,
  number: 'INV-000001',
  funds: NO_FUNDS,
  finalisedAt: AT,
} satisfies InvoiceCommand;
const pay = (amountMinor: bigint, paymentId = 'pay_1'): InvoiceCommand => ({
  type: 'RecordPayment',
  paymentId,
  amountMinor,
  paidAt: AT,
  offline: false,
});
const decline: InvoiceCommand = { type: 'RecordPaymentFailure', code: 'card_declined', failedAt: AT };
const withdraw: InvoiceCommand = {
  ...{ type: 'VoidInvoice', reason: 'wrong customer', voidedAt: AT, isGivenBack: false },
};

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
  const stored = decodeJson(encodeJson(state.basis)) as Basis;
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
      expect(sum(totals.taxes.map((tax) => tax.amountMinor))).toBe(totals.taxMinor);
      expect(totals.subtotalMinor + totals.taxMinor).toBe(totals.totalMinor);
    }),
  );
});

test('a tenant without rates takes no tax', () => {
  expect(after(draftOf(basis([fee], null))).state).toMatchObject({
    basis: { tax: { treatment: 'none' } },
    totals: { taxes: [], taxMinor: 0n, totalMinor: 2000n },
  });
});

test('a re-total replaces the usage of its period, and keeps tax and fees', () => {
  const first = basis([fee, output]);
  const positions = { output: { from: null, to: decimal('0') } };
  const { from } = JANUARY;
  const second = withUsage(first, { subscriptionId: 'sub_1', from, positions });
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

test('a payment of a part leaves the rest due, and the invoice can not be voided any more', () => {
  const partly = after(draftOf(basis([fee])), finalise, decline, pay(500n));
  expect(partly.events).toMatchObject([{ type: 'InvoicePartlyPaid', amountMinor: 500n }]);
  expect(partly.state).toMatchObject({ status: 'open', paidMinor: 500n, declineCode: null });
  const { rejection } = after(draftOf(basis([fee])), finalise, pay(500n), withdraw);
  expect(rejection).toMatchObject({ reason: 'InvoiceNotVoidable' });
  const paid = after(draftOf(basis([fee])), finalise, pay(500n), pay(500n), pay(1880n, 'pay_2'));
  expect(paid.state).toMatchObject({ status: 'paid', paidMinor: 2380n });
});

test('a payment of nothing pays nothing', () => {
  const { rejection } = after(draftOf(basis([fee])), finalise, pay(0n));
  expect(rejection).toMatchObject({ reason: 'NothingPaid' });
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

test('a total below zero is paid when it is finalised, and the customer gets credit', () => {
  const late = lateCharge(perUnit('1'), { billed: '30', latest: '10', refundableMinor: 3_000n });
  const { state } = after(draftOf(basis([late], null)), finalise);
  expect(state).toMatchObject({
    status: 'paid',
    totals: { totalMinor: -2_000n },
    settled: { creditGeneratedMinor: 2_000n, dueMinor: 0n },
    paidMinor: 0n,
  });
});

test('what is paid before the customer pays lowers what is due', () => {
  const funds = {
    creditNotes: [{ id: 'credit', amount: money<Currency>(500n, USD) }],
    wallets: [{ id: 'wallet', balance: money<Currency>(300n, USD) }],
  };
  const settled = { creditAppliedMinor: 500n, walletAppliedMinor: 300n, dueMinor: 1_200n };
  const { state } = after(draftOf(basis([fee], null)), { ...finalise, funds }, pay(1_200n));
  expect(state).toMatchObject({ status: 'paid', settled, paidMinor: 1_200n });
});
