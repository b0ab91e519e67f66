import { expect, test } from 'vitest';
import { foldEvents } from '@tollgate/kernel/decider';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant } from '@tollgate/kernel/time/time';
import { basisOf, feeCharge, flat } from '../../../test/charges.js';
import type { Basis } from './basis.js';
import { invoiceDecider, type InvoiceCommand } from './invoice.js';
import { NO_FUNDS } from './settled.js';
import type { InvoiceState } from './state.js';

const AT = instant('2024-02-01T00:00:00Z');
const charge = feeCharge(flat('31'));
const basis = basisOf([charge], null);
const issuing = (of: Basis, ...commands: InvoiceCommand[]): InvoiceState => {
  const making: InvoiceCommand[] = [
    { type: 'DraftInvoice', basis: of, basisHash: 'hash', draftedAt: AT, finalAt: AT },
    { type: 'FinaliseInvoice', number: 'INV-1', funds: NO_FUNDS, finalisedAt: AT },
  ];
  return [...making, ...commands].reduce<InvoiceState>((state, command) => {
    const decided = invoiceDecider.decide(command, state);
    if (!decided.ok) throw new Error(decided.rejection.message);
    return foldEvents(invoiceDecider, decided.events, state);
  }, invoiceDecider.initial);
};
const crediting = (
  amountMinor: bigint,
  more: Partial<Extract<InvoiceCommand, { type: 'CreditInvoice' }>> = {},
): InvoiceCommand => ({
  ...{
    type: 'CreditInvoice',
    noteId: 'crn_1',
    number: 'CN-1',
    to: 'balance',
    reason: null,
    taken: new Map(),
  },
  ...{ items: [{ lineId: charge.lineId, amountMinor }], createdAt: AT },
  ...more,
});
const payingOf = (amountMinor: bigint, paymentId = 'pay_1', offline = false): InvoiceCommand => ({
  ...{ type: 'RecordPayment', paymentId, amountMinor, paidAt: AT, offline },
});
const paying = payingOf(3_100n);

test('a note on an open invoice lowers what is due, and settles it where nothing is left', () => {
  expect(issuing(basis, crediting(1_000n))).toMatchObject({
    status: 'open',
    creditNotes: [{ totalMinor: 1_000n, toDueMinor: 1_000n, toBalanceMinor: 0n }],
  });
  expect(issuing(basis, crediting(3_100n))).toMatchObject({ status: 'paid', paidMinor: 0n });
  expect(issuing(basis, crediting(1_000n), payingOf(2_100n))).toMatchObject({
    status: 'paid',
    paidMinor: 2_100n,
  });
});

test('a note on a paid invoice is credit of the customer', () => {
  expect(issuing(basis, paying, crediting(1_000n))).toMatchObject({
    status: 'paid',
    creditNotes: [{ toDueMinor: 0n, toBalanceMinor: 1_000n }],
  });
});

test('no line is given back beyond its amount, and neither drafts nor void invoices have notes', () => {
  expect(() => issuing(basis, crediting(2_000n), crediting(1_101n))).toThrow('less left');
  const voiding: InvoiceCommand = {
    ...{ type: 'VoidInvoice', reason: 'x', voidedAt: AT, isGivenBack: false },
  };
  expect(() => issuing(basis, voiding, crediting(1n))).toThrow('void');
  expect(() => issuing(basis, { ...voiding, isGivenBack: true })).toThrow('later invoice');
  expect(() => issuing(basis, crediting(1n), voiding)).toThrow('credit notes');
});

test('a coupon takes its part off, is said to have done so, and notes give back what was paid', () => {
  const coupon = {
    ...({ id: 'cpa_1', target: 'subscription', keys: [], subscriptionId: charge.subscriptionId } as const),
    value: { percent: decimal('50') },
  };
  const discounted = issuing({ ...basis, coupons: [coupon] }, crediting(1_000n));
  expect(discounted).toMatchObject({
    totals: { subtotalMinor: 3_100n, discountMinor: 1_550n, totalMinor: 1_550n },
    discountedBy: ['cpa_1'],
    creditNotes: [{ totalMinor: 500n }],
  });
  const elsewhere = { ...coupon, subscriptionId: 'sub_2' };
  expect(issuing({ ...basis, coupons: [elsewhere] })).not.toHaveProperty('discountedBy');
});

test('a refund is at most what providers took and did not pay back; the rest is credit', () => {
  const back = crediting(2_000n, { to: 'refund' });
  expect(issuing(basis, paying, back)).toMatchObject({
    creditNotes: [{ toDueMinor: 0n, refundedMinor: 2_000n, toBalanceMinor: 0n }],
  });
  const byTransfer = [payingOf(1_000n, 'pay_1', true), payingOf(2_100n, 'pay_2')];
  const twice = crediting(1_100n, { to: 'refund', noteId: 'crn_2' });
  expect(issuing(basis, ...byTransfer, back, twice)).toMatchObject({
    creditNotes: [
      { refundedMinor: 2_000n, toBalanceMinor: 0n },
      { refundedMinor: 100n, toBalanceMinor: 1_000n },
    ],
  });
});

test('what a provider does not pay back is credit instead, once', () => {
  const failed: InvoiceCommand = { type: 'RejectRefund', noteId: 'crn_1', amountMinor: 2_000n, at: AT };
  const back = crediting(2_000n, { to: 'refund' });
  expect(issuing(basis, paying, back, failed, failed)).toMatchObject({
    creditNotes: [{ refundedMinor: 0n, toBalanceMinor: 2_000n }],
  });
});

test('what comes beyond what is due is kept apart, each payment once, also where a note settled the invoice', () => {
  expect(issuing(basis, payingOf(4_000n), payingOf(4_000n))).toMatchObject({
    ...{ status: 'paid', paidMinor: 3_100n },
    receipts: [{ paymentId: 'pay_1', appliedMinor: 3_100n, overMinor: 900n }],
  });
  expect(issuing(basis, crediting(3_100n), paying)).toMatchObject({
    ...{ status: 'paid', paidMinor: 0n },
    receipts: [{ appliedMinor: 0n, overMinor: 3_100n }],
  });
});

test('what a change gave back of a line is not given back again', () => {
  const taken = new Map([[charge.lineId, 1_000n]]);
  expect(() => issuing(basis, crediting(2_101n, { taken }))).toThrow('less left');
  expect(issuing(basis, crediting(2_100n, { taken }))).toMatchObject({ status: 'open' });
  expect(() => issuing(basis, crediting(1n, { items: [{ lineId: 'lin_x', amountMinor: 1n }] }))).toThrow(
    'no such',
  );
});

test('a bad debt is lowered by notes, and can still be paid', () => {
  const writing: InvoiceCommand = { type: 'WriteOffInvoice', reason: 'x', writtenOffAt: AT };
  expect(issuing(basis, writing, crediting(1_000n))).toMatchObject({
    ...{ status: 'uncollectible', creditNotes: [{ toDueMinor: 1_000n }] },
  });
  expect(issuing(basis, writing, crediting(3_100n))).toMatchObject({ status: 'paid', paidMinor: 0n });
  expect(issuing(basis, writing, payingOf(100n), payingOf(3_000n, 'pay_2'))).toMatchObject({
    ...{ status: 'paid', paidMinor: 3_100n },
  });
  expect(() => issuing(basis, paying, writing)).toThrow('not open');
});
