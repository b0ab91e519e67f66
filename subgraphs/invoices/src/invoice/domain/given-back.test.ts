import { expect, test } from 'vitest';
import { flat, feeCharge, lateCharge, perUnit, basisOf, usageCharge } from '../../../test/charges.js';
import type { Charge } from './basis.js';
import { compute } from './computation.js';
import { givesBackOf } from './given-back.js';

const price = perUnit('1');
const usage = usageCharge('mtr_1', price, '20');
const invoiceOf = (...charges: Charge[]) => {
  const basis = basisOf(charges, null);
  return { id: 'inv_1', basis, lines: compute(basis).lines };
};
const late = (quantity: string) => ({
  ...lateCharge(price, { billed: '20', latest: quantity, refundableMinor: 2_000n }),
  priceId: usage.priceId,
});

test('late usage below what was billed gives something back of the line that billed it', () => {
  expect(givesBackOf(invoiceOf(late('5')), invoiceOf(usage))).toBe(true);
  expect(givesBackOf(invoiceOf(late('25')), invoiceOf(usage))).toBe(false);
  expect(givesBackOf(invoiceOf(late('5')), invoiceOf(feeCharge(flat('9'))))).toBe(false);
  expect(givesBackOf(invoiceOf({ ...late('5'), priceId: 'other' }), invoiceOf(usage))).toBe(false);
});
