import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, timeZone, UTC, type Period } from '@tollgate/kernel/time/time';
import { flat, perUnit, USD } from '../../../test/charges.js';
import { feeCharges, restCharges } from './fees.js';
import type { Terms } from './terms.js';

const fee = { meterId: null, meterCode: null };
const terms: Terms = {
  subscriptionId: 'sub_1',
  customerId: 'cus_1',
  planVersionId: 'plv_1',
  currency: USD,
  timeZone: UTC,
  quantity: decimal('4'),
  interval: { unit: 'month', count: 1 },
  alignment: 'calendar',
  grain: 'day',
  kept: {},
  since: 0,
  minimum: null,
  prices: [
    { priceId: 'prc_1', key: 'base', description: 'Base', ...fee, price: flat('31') },
    { priceId: 'prc_2', key: 'seats', description: 'Seats', ...fee, price: perUnit('5') },
    { ...fee, priceId: 'prc_3', key: 'calls', description: 'Calls', meterId: 'mtr_1', price: perUnit('1') },
  ],
};
const between = (from: string, to: string): Period => ({ from: instant(from), to: instant(to) });
const stub = between('2024-01-18T00:00:00Z', '2024-02-01T00:00:00Z');
const january = between('2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z');
const open = (period: Period, full: Period | null) => ({ index: 0, paid: 0, period, full });
const partOf = (given: Partial<Terms>, period: Period, full: Period | null) =>
  feeCharges({ ...terms, ...given }, open(period, full))[0]?.part;

test('fees are the prices without a meter; seats count as the subscription has them; a trial has none', () => {
  expect(feeCharges(terms, open(stub, null)).map(({ key, quantity, part }) => [key, quantity, part])).toEqual(
    [
      ['base', '1', null],
      ['seats', '4', null],
    ],
  );
  expect(feeCharges(terms, { ...open(stub, null), paid: null })).toEqual([]);
});

test('a first period that starts inside a whole one pays the part that is left of it', () => {
  expect(partOf({}, stub, january)).toEqual({ numerator: '14', denominator: '31' });
  expect(partOf({}, january, null)).toBeNull();
});

test.each([
  [{ grain: 'thirty_day' } as const, '2024-01-18', ['13', '30']],
  [{ grain: 'second' } as const, '2024-01-31', ['86400', '2678400']],
])('%j has its part by its own grain', (given, from, [numerator, denominator]) => {
  const period = between(`${from}T00:00:00Z`, '2024-02-01T00:00:00Z');
  expect(partOf(given, period, january)).toEqual({ numerator, denominator });
});

test('days are counted where the customer is', () => {
  const zone = timeZone('Asia/Tokyo');
  const period = between('2024-01-17T15:00:00Z', '2024-01-31T15:00:00Z');
  const full = between('2023-12-31T15:00:00Z', '2024-01-31T15:00:00Z');
  expect(partOf({ timeZone: zone }, period, full)).toEqual({ numerator: '14', denominator: '31' });
});

test('the rest of a period is charged from the day of the change on; of a quantity alone only what has one', () => {
  const from = instant('2024-01-17T15:00:00Z');
  const rest = (of: 'fees' | 'quantity') =>
    restCharges(terms, open(january, null), { from, grain: 'day', of }).map(({ kind, key, part, full }) => [
      ...[kind, key, part?.numerator, full?.from],
    ]);
  expect(rest('fees')).toEqual([
    ['charge', 'base', '15', january.from],
    ['charge', 'seats', '15', january.from],
  ]);
  expect(rest('quantity').map(([, key]) => key)).toEqual(['seats']);
});
