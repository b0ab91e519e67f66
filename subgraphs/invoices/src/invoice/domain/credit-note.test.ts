import { decimal } from '@tollgate/kernel/number/decimal';
import { majorAmount, money } from '@tollgate/kernel/money/money';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { creditNote, NOTHING_CREDITED, type CreditNote } from './credit-note.js';
import { invoiceAmounts, type InvoiceAmounts } from './invoice-amounts.js';
import type { Terms } from './terms.js';

interface Part {
  readonly lineId: string;
  readonly minor: bigint;
}

function invoiceOf(terms: Terms): InvoiceAmounts {
  const answer = invoiceAmounts(terms);
  if (!answer.ok) throw new Error(`refused: ${answer.rejection.field}`);
  return answer.value;
}

const termsOf = (amounts: readonly bigint[], percent: number): Terms => ({
  currency: 'EUR',
  lines: amounts.map((minor, i) => ({
    id: `l${i}`,
    amount: money(minor, 'EUR'),
    taxes: i % 3 === 2 ? ['in'] : i % 3 === 1 ? ['vat', 'on-top'] : ['vat'],
  })),
  minimums: [],
  coupons: [{ id: 'c', target: 'invoice', percent: decimal(String(percent)) }],
  taxRates: [
    { id: 'vat', percent: decimal('8.1'), inclusive: false, compound: false },
    { id: 'on-top', percent: decimal('3'), inclusive: false, compound: true },
    { id: 'in', percent: decimal('19'), inclusive: true, compound: false },
  ],
});

/** Every line cut at some points, the pieces in any order. */
const anyCase = fc
  .record({
    amounts: fc.array(fc.bigInt(1n, 20_000n), { minLength: 1, maxLength: 5 }),
    percent: fc.integer({ min: 0, max: 100 }),
    cuts: fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { maxLength: 4 }),
  })
  .chain(({ amounts, percent, cuts }) => {
    const parts = amounts.flatMap((amount, i) =>
      pieces(amount, cuts).map((minor) => ({ lineId: `l${i}`, minor })),
    );
    const order = fc.shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length });
    return fc.record({ amounts: fc.constant(amounts), percent: fc.constant(percent), parts: order });
  });

function pieces(amount: bigint, cuts: readonly number[]): bigint[] {
  const points = cuts.map((cut) => BigInt(Math.floor(Number(amount) * cut))).sort((a, b) => Number(a - b));
  const bounds = [0n, ...points, amount];
  return bounds.slice(1).flatMap((to, i) => {
    const minor = to - (bounds[i] ?? 0n);
    return minor > 0n ? [minor] : [];
  });
}

function creditAll(invoice: InvoiceAmounts, parts: readonly Part[]): CreditNote[] {
  let credited = NOTHING_CREDITED;
  return parts.map(({ lineId, minor }) => {
    const decision = creditNote(invoice, credited, [{ lineId, amount: majorAmount(money(minor, 'EUR')) }]);
    if (!decision.ok) throw new Error(decision.rejection.message);
    credited = decision.credited;
    return decision.note;
  });
}

test('notes for all of an invoice, in any parts and order, sum to the invoice and to each of its taxes', () => {
  fc.assert(
    fc.property(anyCase, ({ amounts, percent, parts }) => {
      const invoice = invoiceOf(termsOf(amounts, percent));
      const notes = creditAll(invoice, parts);
      const sum = (of: (note: CreditNote) => bigint) => notes.reduce((all, note) => all + of(note), 0n);
      expect(sum(({ total }) => total.minor)).toBe(invoice.total.minor);
      expect(sum(({ tax }) => tax.minor)).toBe(invoice.tax.minor);
      expect(sum(({ subtotal }) => subtotal.minor)).toBe(invoice.subtotal.minor - invoice.discount.minor);
      invoice.taxes.forEach(({ amountMinor }, i) => {
        expect(sum(({ taxes }) => taxes[i]?.amount.minor ?? 0n)).toBe(amountMinor);
      });
    }),
  );
});

test('one item more than what is left is refused, and a refused note changes nothing', () => {
  const invoice = invoiceOf(termsOf([1_000n], 0));
  const first = creditNote(invoice, NOTHING_CREDITED, [{ lineId: 'l0', amount: decimal('9.99') }]);
  if (!first.ok) throw new Error('refused');
  const items = [
    { lineId: 'l0', amount: decimal('0.01') },
    { lineId: 'l0', amount: decimal('0.01') },
  ];
  expect(creditNote(invoice, first.credited, items)).toMatchObject({
    ok: false,
    rejection: { reason: 'CreditExceedsRemaining', field: 'items[1].amount' },
  });
  expect(creditNote(invoice, first.credited, items.slice(1))).toMatchObject({ ok: true });
});

test.each([
  ['nothing', '0', 'l0', 'InvalidAmount'],
  ['less than nothing', '-1', 'l0', 'InvalidAmount'],
  ['a fraction of a cent', '0.005', 'l0', 'InvalidAmount'],
  ['a line that is not there', '1', 'l7', 'CreditExceedsRemaining'],
  ['a line below zero', '1', 'l1', 'CreditExceedsRemaining'],
])('%s is not credited', (_what, amount, lineId, reason) => {
  const invoice = invoiceOf(termsOf([1_000n, -500n], 0));
  const decision = creditNote(invoice, NOTHING_CREDITED, [{ lineId, amount: decimal(amount) }]);
  expect(decision).toMatchObject({ ok: false, rejection: { reason, field: 'items[0].amount' } });
});
