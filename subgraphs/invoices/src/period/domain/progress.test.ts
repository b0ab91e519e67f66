import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import { progressivePeriod } from '@tollgate/kernel/rating/threshold';
import { instant, UTC } from '@tollgate/kernel/time/time';
import { AT, JANUARY, perUnit, quantityPrices, USD } from '../../../test/charges.js';
import type { Positions } from '../../invoice/domain/position.js';
import { ratedLine } from '../../invoice/domain/line.js';
import { advance, NO_PROGRESS, progressiveCredit, type Crossing, type OpenStretch } from './progress.js';
import type { Terms } from './terms.js';

const METER = 'mtr_a';
const NOW = instant('2024-01-20T00:00:00Z');
const text = (n: number) => decimal(String(n));

const rule = fc.record({
  thresholds: fc
    .uniqueArray(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 })
    .map((list) => list.sort((a, b) => a - b).map(text)),
  recurringStep: fc.option(fc.integer({ min: 1, max: 300 }).map(text)),
});

/** A period of one usage price, event by event. */
const periods = fc.record({
  price: quantityPrices,
  rule,
  lifetime: fc.integer({ min: 0, max: 100_000 }).map(BigInt),
  added: fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 12 }),
});
type Given = typeof periods extends fc.Arbitrary<infer T> ? T : never;

const termsOf = ({ price, rule: threshold }: Given): Terms => ({
  ...{ subscriptionId: 'sub_1', customerId: 'cus_1', planVersionId: 'plv_1', currency: USD, timeZone: UTC },
  ...{
    quantity: decimal('1'),
    interval: { unit: 'month', count: 1 },
    alignment: 'anniversary',
    grain: 'day',
  },
  ...{ kept: {}, since: 0, minimum: null, threshold },
  prices: [{ priceId: 'prc_a', key: 'a', meterId: METER, meterCode: 'a', description: 'A', price }],
});
const stretchOf = (given: Given): OpenStretch => {
  return { terms: termsOf(given), from: JANUARY.from, now: NOW, lifetimeMinor: given.lifetime, earlier: [] };
};
const stepsOf = ({ added }: Given): Positions[] => {
  let sum = 0;
  return added.map((quantity) => ({ [METER]: { from: null, to: text((sum += quantity)) } }));
};
const billed = (crossings: readonly Crossing[]) =>
  crossings.map((charges) =>
    charges.reduce((sum, one) => sum + ratedLine({ ...one, lineId: 'lin_' }, USD).amountMinor, 0n),
  );

test('whenever usage passes thresholds, what is new is billed, as in a period that is known whole', () => {
  fc.assert(
    fc.property(periods, (given) => {
      const lifetimeBefore = decimal((Number(given.lifetime) / 100).toFixed(2));
      const usage = given.added.map((quantity) => ({ at: AT, quantity: text(quantity) }));
      const whole = progressivePeriod(
        { price: given.price, usage, planFee: decimal('0'), rule: { ...given.rule, lifetimeBefore } },
        USD,
      );
      const { crossings } = advance(NO_PROGRESS, stepsOf(given), stretchOf(given));
      expect(billed(crossings)).toEqual(whole.invoices.map(({ amountMinor }) => amountMinor));
    }),
  );
});

test('it makes no difference how many events are told at once', () => {
  fc.assert(
    fc.property(periods, fc.nat(12), (given, cut) => {
      const [steps, stretch] = [stepsOf(given), stretchOf(given)];
      const once = advance(NO_PROGRESS, steps, stretch);
      const first = advance(NO_PROGRESS, steps.slice(0, cut), stretch);
      const second = advance(first.progress, steps.slice(cut), stretch);
      expect(second.progress).toEqual(once.progress);
      expect([...first.crossings, ...second.crossings]).toEqual(once.crossings);
    }),
  );
});

test('what threshold invoices cost after coupons is taken off in one rounded amount; without any there is no line', () => {
  const given: Given = {
    price: perUnit('1'),
    rule: { thresholds: [text(1)], recurringStep: null },
    lifetime: 0n,
    added: [],
  };
  const stretch = { terms: termsOf(given), period: JANUARY };
  const progress = { ...NO_PROGRESS, invoices: 2, afterCoupons: rational.rational(20_051n, 2n) };
  expect(progressiveCredit(stretch, NO_PROGRESS)).toEqual([]);
  const [charge] = progressiveCredit(stretch, progress);
  expect(charge && ratedLine({ ...charge, lineId: 'lin_' }, USD)).toMatchObject({
    kind: 'progressive_credit',
    key: 'progressive',
    quantity: '1',
    amountMinor: -10_026n,
  });
});
