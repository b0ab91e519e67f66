import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addDecimal, decimal, fromRational, toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import {
  feeCharge,
  flat,
  graduated,
  lateCharge,
  perUnit,
  quantities,
  quantityPrices,
  usageCharge,
  USD,
} from '../../../test/charges.js';
import { rateQuantity } from '@tollgate/kernel/rating/rate';
import type { LinePrice } from './basis.js';
import { ratedLine } from './line.js';

const priceMinor = (price: LinePrice, quantity: Decimal) => rateQuantity({ price, quantity }, USD).minor;

test('a usage line and any late lines after it sum to the price of the whole, by every model', () => {
  fc.assert(
    fc.property(quantityPrices, fc.array(quantities, { minLength: 1, maxLength: 6 }), (price, positions) => {
      let sumMinor = 0n;
      let billed: Decimal | null = null;
      for (const quantity of positions) {
        const refundableMinor = sumMinor;
        const charge =
          billed === null
            ? usageCharge('m', price, quantity)
            : lateCharge(price, { billed, latest: quantity, refundableMinor });
        sumMinor += ratedLine(charge, USD).amountMinor;
        billed = quantity;
      }
      expect(sumMinor).toBe(priceMinor(price, billed ?? decimal('0')));
    }),
  );
});

test('late usage never gives back more than what was paid for the price', () => {
  fc.assert(
    fc.property(
      fc.record({ price: quantityPrices, billed: quantities, latest: quantities }),
      fc.bigInt({ min: 0n, max: 5_000n }),
      ({ price, billed, latest }, refundableMinor) => {
        const { amountMinor } = ratedLine(lateCharge(price, { billed, latest, refundableMinor }), USD);
        const difference = priceMinor(price, latest) - priceMinor(price, billed);
        expect(amountMinor).toBe(difference < -refundableMinor ? -refundableMinor : difference);
      },
    ),
  );
});

test('the quantities of usage and late lines sum to the latest position', () => {
  fc.assert(
    fc.property(quantityPrices, quantities, quantities, (price, billed, latest) => {
      const usage = ratedLine(usageCharge('m', price, billed), USD);
      const late = ratedLine(lateCharge(price, { billed, latest, refundableMinor: 0n }), USD);
      expect(addDecimal(usage.quantity, late.quantity)).toBe(latest);
      expect(late.description).toBe('late (late usage)');
    }),
  );
});

test('a fee of a cut period costs the part of it, rounded once, and at most the whole', () => {
  fc.assert(
    fc.property(quantityPrices, quantities, fc.integer({ min: 0, max: 31 }), (price, quantity, days) => {
      const part = { numerator: decimal(`${days}`), denominator: decimal('31') };
      const { amountMinor } = ratedLine(feeCharge(price, { quantity, part }), USD);
      const whole = rateQuantity({ price, quantity }, USD);
      const exact = rational.mul(whole.exact, rational.rational(BigInt(days) * 100n, 31n));
      expect(amountMinor).toBe(rational.round(exact));
      expect(amountMinor <= whole.minor).toBe(true);
    }),
  );
});

test('the tiers of a graduated line sum to its amount before minimum and maximum', () => {
  const price = graduated(['20000', '0.00001'], ['200000', '0.000008'], [null, '0.000006']);
  const line = ratedLine(usageCharge('output', price, '300000'), USD);
  expect(line.tiers.map(({ amount }) => amount)).toEqual(['0.2', '1.44', '0.6']);
  const sum = rational.sum(line.tiers.map(({ amount }) => toRational(amount)));
  expect(fromRational(sum)).toBe('2.24');
  expect(line).toMatchObject({ amountMinor: 224n, unitAmount: null });
});

test('a percentage by tiers shows what one unit of money costs', () => {
  const price = { ...graduated(['100', '0'], [null, '0']), model: 'graduated_percentage' as const };
  const tiers = [
    { upTo: decimal('1000'), ratePercent: decimal('2'), flatAmount: decimal('1'), flatAtZero: false },
    { upTo: null, ratePercent: decimal('0.5'), flatAmount: decimal('0'), flatAtZero: false },
  ];
  const line = ratedLine(usageCharge('m', { ...price, tiers }, '1500'), USD);
  expect(line.tiers).toMatchObject([
    { upTo: '1000', unitAmount: '0.02', flatAmount: '1', amount: '21' },
    { upTo: null, unitAmount: '0.005', amount: '2.5' },
  ]);
  expect(line.amountMinor).toBe(2_350n);
});

test('a million tokens are included and the rest costs 1.50 a million', () => {
  const price = perUnit('0.0000015', { includedUnits: decimal('1000000') });
  expect(ratedLine(usageCharge('input', price, '4500000'), USD)).toMatchObject({
    amountMinor: 525n,
    includedQuantity: '1000000',
    unitAmount: '0.0000015',
  });
});

test('seats are priced by the quantity of the subscription, a flat fee by nothing', () => {
  const seats = ratedLine(feeCharge(perUnit('7.5'), { quantity: decimal('3') }), USD);
  expect(seats).toMatchObject({ kind: 'fee', quantity: '3', amountMinor: 2_250n });
  expect(ratedLine(feeCharge(flat('20')), USD)).toMatchObject({ quantity: '1', amountMinor: 2_000n });
});

test('minimum and maximum hold for the whole period, late usage included', () => {
  const price = perUnit('1', { minimumAmount: decimal('20'), maximumAmount: decimal('50') });
  expect(ratedLine(usageCharge('m', price, '5'), USD).amountMinor).toBe(2_000n);
  const late = { billed: '5', refundableMinor: 2_000n };
  expect(ratedLine(lateCharge(price, { ...late, latest: '15' }), USD).amountMinor).toBe(0n);
  expect(ratedLine(lateCharge(price, { ...late, latest: '26' }), USD).amountMinor).toBe(600n);
  expect(ratedLine(lateCharge(price, { ...late, latest: '99' }), USD).amountMinor).toBe(3_000n);
});
