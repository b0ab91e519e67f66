import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { localDate } from '@tollgate/kernel/time/time';
import { basisOf, feeCharge, flat, JANUARY } from '../../../test/charges.js';
import type { Basis, CreditCharge } from './basis.js';
import { compute } from './computation.js';
import { countryRates, hasSameRates, invoiceTax } from '../../tax/domain/invoice-tax.js';

const DAY = localDate('2024-01-01');
const CONSUMER = { business: false, vatId: 'none', exempt: false } as const;
const taxIn = (jurisdiction: string, percent: string) =>
  invoiceTax(countryRates('US', { [jurisdiction]: decimal(percent) }), { jurisdiction, ...CONSUMER }, DAY);
const fee = feeCharge(flat('100'));
const { kind: _kind, part: _part, ...head } = fee;
const credit = (tax?: Basis['tax']): CreditCharge => ({
  ...head,
  ...{ kind: 'credit', lineId: 'lin_credit', period: JANUARY },
  ...{ of: { invoiceId: 'inv_1', lineId: 'lin_fee' }, takenMinor: 5_000n, paidMinor: 5_000n },
  ...(tax !== undefined && { tax }),
});

test('what is credited has the tax that it was billed with, after the rates of the invoice itself', () => {
  const { totals, lines } = compute(basisOf([credit(taxIn('AT', '20')), fee]));
  expect(totals).toMatchObject({
    taxes: [
      { percent: '19', amountMinor: 1_900n },
      { percent: '20', amountMinor: -1_000n },
    ],
    taxMinor: 900n,
    totalMinor: 5_900n,
  });
  expect(lines.map(({ taxMinor }) => taxMinor)).toEqual([-1_000n, 1_900n]);
});

test('what was billed without tax gives none back, and a rate on no line is left out', () => {
  expect(compute(basisOf([credit(taxIn('US', '0'))])).totals).toMatchObject({
    taxes: [{ percent: '0', amountMinor: 0n }],
    totalMinor: -5_000n,
  });
  const untaxed = invoiceTax(null, { jurisdiction: 'DE', ...CONSUMER }, DAY);
  expect(compute(basisOf([credit(untaxed)])).totals).toMatchObject({ taxes: [], totalMinor: -5_000n });
});

test('a rate that both have is one tax', () => {
  expect(compute(basisOf([credit(taxIn('DE', '19')), fee])).totals).toMatchObject({
    taxes: [{ percent: '19', amountMinor: 950n }],
  });
  expect(hasSameRates(taxIn('DE', '19'), taxIn('DE', '16'))).toBe(false);
  expect(hasSameRates(taxIn('DE', '19'), taxIn('AT', '19'))).toBe(false);
});
