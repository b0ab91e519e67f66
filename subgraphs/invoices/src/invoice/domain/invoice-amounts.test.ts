import { decimal } from '@tollgate/kernel/number/decimal';
import { majorText, money, type Money } from '@tollgate/kernel/money/money';
import * as rational from '@tollgate/kernel/number/rational';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { invoiceAmounts, type InvoiceAmounts } from './invoice-amounts.js';
import { settle } from '../../balance/domain/settlement.js';
import type { Coupon } from '../../discount/domain/coupon.js';
import type { Line } from '../../rating/domain/priced-line.js';
import type { TaxRate } from '../../tax/domain/tax-rate.js';
import type { Terms } from './terms.js';

const eur = (minor: bigint): Money => money(minor, 'EUR');
const vat: TaxRate = { id: 'vat', percent: decimal('19'), inclusive: false, compound: false };
const line = (id: string, minor: bigint, extra: Partial<Line> = {}): Line => ({
  id,
  amount: eur(minor),
  ...extra,
});
const terms = (extra: Partial<Terms>): Terms => ({
  currency: 'EUR',
  lines: [line('a', 1_000n)],
  minimums: [],
  coupons: [],
  taxRates: [],
  ...extra,
});
const total = (list: readonly bigint[]) => list.reduce((sum, one) => sum + one, 0n);

function amountsOf(given: Terms): InvoiceAmounts {
  const answer = invoiceAmounts(given);
  if (!answer.ok) throw new Error(`refused: ${answer.rejection.field}`);
  return answer.value;
}

const anyPercent = (max: number) =>
  fc.integer({ min: 0, max: max * 1_000 }).map((thousandths) => {
    const digits = String(thousandths).padStart(4, '0');
    return decimal(`${digits.slice(0, -3)}.${digits.slice(-3)}`);
  });
const anyCoupon = fc.oneof(
  anyPercent(100).map((percent) => ({ percent })),
  fc.nat(50_000).map((cents) => ({ amount: decimal(String(cents)) })),
);
const anyScope = fc.constantFrom(
  { target: 'line', lineIds: ['l0', 'l2'] } as const,
  { target: 'subscription', subscription: 's' } as const,
  { target: 'invoice' } as const,
);
const RATES: readonly TaxRate[] = [
  vat,
  { id: 'local', percent: decimal('9.975'), inclusive: false, compound: true },
  { id: 'in', percent: decimal('7'), inclusive: true, compound: false },
];
const anyTaxes = fc.constantFrom<readonly string[]>([], ['vat'], ['vat', 'local'], ['in']);
const anyTerms: fc.Arbitrary<Terms> = fc
  .record({
    lines: fc.array(fc.tuple(fc.bigInt(-5_000n, 50_000n), anyTaxes, fc.boolean()), {
      minLength: 1,
      maxLength: 8,
    }),
    coupons: fc.array(fc.tuple(anyScope, anyCoupon), { maxLength: 4 }),
  })
  .map(({ lines, coupons }) =>
    terms({
      lines: lines.map(([minor, taxes, subscribed], index) =>
        line(`l${index}`, minor, { taxes, ...(subscribed ? { subscription: 's' } : {}) }),
      ),
      coupons: coupons.map(([scope, value], index): Coupon => ({ id: `c${index}`, ...scope, ...value })),
      taxRates: RATES,
    }),
  );

describe('invoices', () => {
  test('the taxes of the lines sum to the taxes of the rates, and those to the tax', () => {
    fc.assert(
      fc.property(anyTerms, (given) => {
        const { lines, taxes, tax } = amountsOf(given);
        for (const rate of taxes) expect(total(rate.partsMinor)).toBe(rate.amountMinor);
        expect(total(taxes.map(({ amountMinor }) => amountMinor))).toBe(tax.minor);
        expect(total(lines.map((one) => one.tax.minor))).toBe(tax.minor);
      }),
    );
  });

  test('the total is the subtotal less the discount plus exclusive tax', () => {
    fc.assert(
      fc.property(anyTerms, (given) => {
        const { subtotal, discount, taxes, total: sum } = amountsOf(given);
        const onTop = taxes.filter(({ rate }) => !rate.inclusive).map(({ amountMinor }) => amountMinor);
        expect(sum.minor).toBe(subtotal.minor - discount.minor + total(onTop));
      }),
    );
  });

  test('coupons take no line below zero and leave lines below zero alone', () => {
    fc.assert(
      fc.property(anyTerms, (given) => {
        for (const { line: priced, discountedMinor } of amountsOf(given).lines) {
          const whole = rational.fromInteger(priced.amount.minor);
          if (priced.amount.minor <= 0n) expect(rational.compare(discountedMinor, whole)).toBe(0);
          else {
            expect(rational.isNegative(discountedMinor)).toBe(false);
            expect(rational.compare(discountedMinor, whole)).toBeLessThanOrEqual(0);
          }
        }
      }),
    );
  });

  test('the order of the lines changes no sum', () => {
    fc.assert(
      fc.property(anyTerms, (given) => {
        const sums = ({ subtotal, discount, tax, total: sum }: InvoiceAmounts) =>
          [subtotal, discount, tax, sum].map(majorText);
        const reversed = { ...given, lines: [...given.lines].reverse() };
        expect(sums(amountsOf(reversed))).toEqual(sums(amountsOf(given)));
      }),
    );
  });

  test('tax on top of net amounts is the tax inside the gross amounts that follow', () => {
    const anyLines = fc.array(fc.bigInt(-100_000n, 1_000_000n), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(anyLines, anyPercent(100), (nets, percent) => {
        const rate = { ...vat, percent };
        const exclusive = amountsOf(
          terms({ lines: nets.map((net, i) => line(`l${i}`, net, { taxes: ['vat'] })), taxRates: [rate] }),
        );
        const gross = exclusive.lines.map((one) =>
          line(one.line.id, one.line.amount.minor + one.tax.minor, { taxes: ['vat'] }),
        );
        const inclusive = amountsOf(terms({ lines: gross, taxRates: [{ ...rate, inclusive: true }] }));
        expect(majorText(inclusive.tax)).toBe(majorText(exclusive.tax));
        expect(majorText(inclusive.total)).toBe(majorText(exclusive.total));
      }),
    );
  });

  test('credit notes, wallets and what is due sum to the total', () => {
    const anyFunds = fc.array(fc.bigInt(0n, 30_000n), { maxLength: 4 });
    fc.assert(
      fc.property(fc.bigInt(-50_000n, 50_000n), anyFunds, anyFunds, (minor, notes, wallets) => {
        const answer = settle(eur(minor), {
          creditNotes: notes.map((amount, i) => ({ id: `n${i}`, amount: eur(amount) })),
          wallets: wallets.map((balance, i) => ({ id: `w${i}`, balance: eur(balance) })),
        });
        if (!answer.ok) throw new Error('refused');
        const { creditNotesApplied, walletApplied, amountDue, creditGenerated } = answer.value;
        const paid = creditNotesApplied.minor + walletApplied.minor;
        expect(paid + amountDue.minor - creditGenerated.minor).toBe(minor);
        expect(total(answer.value.creditNotes.map(({ amount }) => amount.minor))).toBe(
          creditNotesApplied.minor,
        );
        expect(total(answer.value.wallets.map(({ amount }) => amount.minor))).toBe(walletApplied.minor);
        if (amountDue.minor > 0n) expect(paid).toBe(total([...notes, ...wallets]));
      }),
    );
  });
});

describe('terms without a right answer are refused with their field', () => {
  const minimum = { id: 'm', lineIds: ['a'], amount: decimal('10') };
  const refused: readonly (readonly [string, Partial<Terms>, string])[] = [
    ['two lines of one id', { lines: [line('a', 1n), line('a', 2n)] }, 'lines[1].id'],
    [
      'a line in another currency',
      { lines: [line('a', 1n), { id: 'b', amount: money(1n, 'USD') }] },
      'lines[1].amount',
    ],
    ['an unknown tax', { lines: [line('a', 1n, { taxes: ['gst'] })] }, 'lines[0].taxes[0]'],
    [
      'a tax named twice',
      { lines: [line('a', 1n, { taxes: ['vat', 'vat'] })], taxRates: [vat] },
      'lines[0].taxes[1]',
    ],
    [
      'inclusive and exclusive taxes on one line',
      { lines: [line('a', 1n, { taxes: ['vat', 'in'] })], taxRates: RATES },
      'lines[0].taxes[1]',
    ],
    ['a negative tax', { taxRates: [{ ...vat, percent: decimal('-1') }] }, 'taxRates[0].percent'],
    ['two rates of one id', { taxRates: [vat, vat] }, 'taxRates[1].id'],
    [
      'a coupon over 100 percent',
      { coupons: [{ id: 'c', target: 'invoice', percent: decimal('100.01') }] },
      'coupons[0].percent',
    ],
    [
      'a coupon below zero',
      { coupons: [{ id: 'c', target: 'invoice', amount: decimal('-1') }] },
      'coupons[0].amount',
    ],
    ['a minimum below zero', { minimums: [{ ...minimum, amount: decimal('-1') }] }, 'minimums[0].amount'],
    ['a minimum with the id of a line', { minimums: [{ ...minimum, id: 'a' }] }, 'minimums[0].id'],
    [
      'a period without length',
      { minimums: [{ ...minimum, fraction: { numerator: decimal('1'), denominator: decimal('0') } }] },
      'minimums[0].denominator',
    ],
  ];
  test.each(refused)('%s', (_what, extra, field) => {
    expect(invoiceAmounts(terms(extra))).toMatchObject({
      ok: false,
      rejection: { reason: 'InvalidInput', field },
    });
  });

  test('a wallet below zero, a credit note in another currency', () => {
    const wallet = settle(eur(100n), { creditNotes: [], wallets: [{ id: 'w', balance: eur(-1n) }] });
    expect(wallet).toMatchObject({ ok: false, rejection: { field: 'wallets[0].balance' } });
    const note = settle(eur(100n), { creditNotes: [{ id: 'n', amount: money(1n, 'USD') }], wallets: [] });
    expect(note).toMatchObject({ ok: false, rejection: { field: 'creditNotes[0].amount' } });
  });

  test('a line that a minimum names and nobody billed counts as nothing', () => {
    const minimums = [{ ...minimum, lineIds: ['a', 'unused'], amount: decimal('12') }];
    expect(majorText(amountsOf(terms({ minimums })).total)).toBe('12.00');
  });

  test('a coupon for a line that is not there does nothing', () => {
    const coupon: Coupon = { id: 'c', target: 'line', lineIds: ['gone'], percent: decimal('50') };
    expect(majorText(amountsOf(terms({ coupons: [coupon] })).total)).toBe('10.00');
  });
});
