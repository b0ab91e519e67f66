import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCurrency, type Currency } from '../money/currency.js';
import { decimal, fromRational } from '../number/decimal.js';
import { localDate, timeZone } from '../time/time.js';
import {
  commitmentAmounts,
  settledUnits,
  settleMinimum,
  settleQuantity,
  type QuantityCommitment,
} from './commitment.js';

const USD = parseCurrency('USD') as Currency;
const units = fc.integer({ min: 0, max: 1_000 });
const text = (n: number) => decimal(String(n));

const commitments: fc.Arbitrary<QuantityCommitment> = fc.record({
  type: fc.constant('quantity'),
  committedQuantity: units.map(text),
  unitAmount: units.map((n) => decimal((n / 1_000).toFixed(3))),
  overageFactor: fc.constantFrom(decimal('1'), decimal('1.5')),
  trueUp: fc.constant(true),
  quantities: fc.array(units.map(text), { minLength: 1, maxLength: 24 }),
});

test('used and missing units come to the commitment of every window, within the rounding of two lines', () => {
  fc.assert(
    fc.property(commitments, (commitment) => {
      const { committed, shortfall } = settleQuantity(commitment, USD);
      const mills =
        BigInt(commitment.committedQuantity) * BigInt(Math.round(Number(commitment.unitAmount) * 1_000));
      const whole = mills * BigInt(commitment.quantities.length);
      const difference = (committed.minor + shortfall.minor) * 10n - whole;
      expect(difference >= -10n && difference <= 10n).toBe(true);
    }),
  );
});

test('the order of windows does not matter, and one window never pays for another', () => {
  fc.assert(
    fc.property(commitments, (commitment) => {
      const reversed = { ...commitment, quantities: [...commitment.quantities].reverse() };
      expect(settleQuantity(reversed, USD)).toEqual(settleQuantity(commitment, USD));
    }),
  );
  const base = {
    type: 'quantity',
    committedQuantity: text(10),
    unitAmount: text(1),
    overageFactor: text(2),
  } as const;
  const settled = settleQuantity({ ...base, trueUp: true, quantities: [text(20), text(0)] }, USD);
  expect(settled).toMatchObject({
    committed: { minor: 1_000n },
    overage: { minor: 2_000n },
    shortfall: { minor: 1_000n },
    amount: { minor: 4_000n },
  });
});

test('a minimum of a partial period is prorated and rounded before the fees are taken off', () => {
  const whole = { from: localDate('2024-02-01'), to: localDate('2024-03-01') };
  const settled = settleMinimum(
    {
      type: 'minimum',
      minimum: decimal('100'),
      fees: [
        { amount: decimal('10'), prorated: true },
        { amount: decimal('5'), prorated: false },
      ],
      rule: { grain: 'day', timeZone: timeZone('UTC') },
      period: whole,
      active: { ...whole, to: localDate('2024-02-11') },
    },
    USD,
  );
  expect(settled.minimum.minor).toBe(3_448n);
  expect(fromRational(settled.billed)).toBe('8.45');
  expect(fromRational(settled.trueUp)).toBe('26.03');
});

test('a maximum holds for all lines together, and takes from what is missing first', () => {
  const rates = { unitAmount: decimal('1'), overageFactor: decimal('2'), trueUp: true };
  const units = settledUnits(text(10), [text(14), text(4)]);
  const capped = (most: string) => commitmentAmounts({ ...rates, maximumAmount: decimal(most) }, units);
  expect(commitmentAmounts({ ...rates, maximumAmount: null }, units)).toEqual({
    ...{ committed: '14', overage: '8', shortfall: '6' },
  });
  expect(capped('24')).toEqual({ committed: '14', overage: '8', shortfall: '2' });
  expect(capped('15.5')).toEqual({ committed: '14', overage: '1.5', shortfall: '0' });
  expect(capped('9')).toEqual({ committed: '9', overage: '0', shortfall: '0' });
});

test('what is below zero was not used', () => {
  expect(settledUnits(text(10), [text(-3)])).toEqual({ committed: '0', overage: '0', shortfall: '10' });
});
