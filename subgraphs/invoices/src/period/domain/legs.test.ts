import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { rational } from '@tollgate/kernel/number/rational';
import { addSeconds, instant, UTC, type Instant, type Period } from '@tollgate/kernel/time/time';
import { feeCharge, flat, perUnit, USD } from '../../../test/charges.js';
import type { FeeCharge, LinePrice } from '../../invoice/domain/basis.js';
import { ratedLine } from '../../invoice/domain/line.js';
import type { Bill, LegsAsked } from './bill.js';
import { legsOf, unusedMinor, type LiveItem } from './legs.js';
import type { Terms } from './terms.js';

const MAY: Period = { from: instant('2024-05-01T00:00:00Z'), to: instant('2024-06-01T00:00:00Z') };
const MIDDLE = instant('2024-05-16T09:00:00Z');

const termsWith = (price: LinePrice, quantity = '1', since = 0): Terms => ({
  ...{ subscriptionId: 'sub_1', customerId: 'cus_1', planVersionId: 'plv_1', currency: USD, timeZone: UTC },
  quantity: decimal(quantity),
  interval: { unit: 'month', count: 1 },
  ...{ alignment: 'anniversary', grain: 'day', kept: {}, since, minimum: null },
  prices: [{ priceId: 'prc_1', key: 'base', meterId: null, meterCode: null, description: 'Base', price }],
});
const bill = (terms: Terms, at: Instant, legs: LegsAsked): Bill => ({
  ...{ number: 1, reason: 'change', at, terms, opens: false, closes: null, legs, addons: [], credit: null },
  current: { index: 0, paid: 0, period: MAY, full: null },
  over: null,
  joint: null,
});
const itemOf = (charge: FeeCharge, given: Partial<LiveItem> = {}): LiveItem => {
  const { amountMinor } = ratedLine(charge, USD);
  const line = { invoiceId: 'inv_1', lineId: charge.lineId, charge, since: 0, amountMinor };
  return { ...line, leftMinor: amountMinor, afterCoupons: rational(amountMinor, 1n), ...given };
};
const fee = (price: LinePrice, quantity = '1') =>
  feeCharge(price, { key: 'base', period: MAY, quantity: decimal(quantity) });
const FEES: LegsAsked = { grain: 'day', of: 'fees' };

test('what is unused of the old fee is given back, and the rest of the period charged by the new terms', () => {
  const legs = legsOf(bill(termsWith(flat('60')), MIDDLE, FEES), [itemOf(fee(flat('31')))]);
  expect(legs.credits).toMatchObject([
    {
      kind: 'credit',
      key: 'base',
      takenMinor: 1_600n,
      paidMinor: 1_600n,
      period: { from: MIDDLE, to: MAY.to },
    },
  ]);
  expect(legs.charges).toMatchObject([
    { kind: 'charge', part: { numerator: '16', denominator: '31' }, full: MAY },
  ]);
  expect(legs.spent).toHaveLength(1);
});

test('one gets back what one paid: after coupons, and at most what credit notes left', () => {
  const charge = fee(flat('31'));
  const half = itemOf(charge, { afterCoupons: rational(1_550n, 1n) });
  expect(legsOf(bill(termsWith(flat('31')), MIDDLE, FEES), [half]).credits).toMatchObject([
    { takenMinor: 1_600n, paidMinor: 800n },
  ]);
  const credited = itemOf(charge, { leftMinor: 100n });
  expect(unusedMinor(credited, { at: MIDDLE, grain: 'day', timeZone: UTC }, USD)).toBe(100n);
});

test('a quantity moves fees that depend on it alone, and none while fees of other terms live', () => {
  const terms = termsWith(perUnit('10'), '5');
  const asked: LegsAsked = { grain: 'day', of: 'quantity' };
  const seats = itemOf(fee(perUnit('10'), '3'));
  const base = itemOf(fee(flat('31')));
  const { credits, charges } = legsOf(bill(terms, MIDDLE, asked), [base, seats]);
  expect(credits.map(({ quantity }) => quantity)).toEqual(['3']);
  expect(charges.map(({ quantity }) => quantity)).toEqual(['5']);
  const others = legsOf(bill({ ...terms, since: 2 }, MIDDLE, asked), [base, seats]);
  expect(others).toEqual({ credits: [], charges: [], spent: [] });
});

test('legs of nothing are left out, and what they are of is spent all the same', () => {
  const free = itemOf(fee(flat('0')));
  const { credits, charges, spent } = legsOf(bill(termsWith(flat('0')), MIDDLE, FEES), [free]);
  expect([credits, charges, spent.length]).toEqual([[], [], 1]);
});

const anyGrain = fc.constantFrom('day' as const, 'second' as const, 'thirty_day' as const);
const anyMoment = fc
  .integer({ min: 0, max: 31 * 86_400 - 1 })
  .map((seconds) => addSeconds(MAY.from, seconds));
const anyAmount = fc.integer({ min: 1, max: 1_000_000 }).map((cents) => (cents / 100).toFixed(2));

test('a change and its change back at one instant net to nothing', () => {
  fc.assert(
    fc.property(anyGrain, anyMoment, fc.tuple(anyAmount, anyAmount), (grain, at, [before, after]) => {
      const asked: LegsAsked = { grain, of: 'fees' };
      const first = legsOf(bill(termsWith(flat(before)), at, asked), [itemOf(fee(flat(before)))]);
      const net = (legs: typeof first) =>
        legs.charges.reduce((sum, one) => sum + ratedLine({ ...one, lineId: 'lin_1' }, USD).amountMinor, 0n) -
        legs.credits.reduce((sum, { paidMinor }) => sum + paidMinor, 0n);
      expect(net(first)).toBe(0n);
      const there = legsOf(bill(termsWith(flat(after)), at, asked), [itemOf(fee(flat(before)))]);
      const charged = there.charges.map((one) => itemOf({ ...one, lineId: 'lin_2' }));
      const back = legsOf(bill(termsWith(flat(before)), at, asked), charged);
      expect(net(there) + net(back)).toBe(0n);
    }),
  );
});

test('nothing is given back that was not paid, whenever and however often it is asked for', () => {
  fc.assert(
    fc.property(anyGrain, anyMoment, anyAmount, (grain, at, amount) => {
      const item = itemOf(fee(flat(amount)));
      const unused = unusedMinor(item, { at, grain, timeZone: UTC }, USD);
      expect(unused >= 0n && unused <= item.amountMinor).toBe(true);
      const rest = { ...item, leftMinor: item.leftMinor - unused };
      expect(unusedMinor(rest, { at, grain, timeZone: UTC }, USD) + unused <= item.amountMinor).toBe(true);
    }),
  );
});
