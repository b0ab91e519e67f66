import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant, timeZone, UTC, type Period } from '@tollgate/kernel/time/time';
import { flat, perUnit, USD } from '../../../test/charges.js';
import { feeCharges, firstFeeCharges } from './fees.js';
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
  prices: [
    { priceId: 'prc_1', key: 'base', description: 'Base', ...fee, price: flat('31') },
    { priceId: 'prc_2', key: 'seats', description: 'Seats', ...fee, price: perUnit('5') },
    { ...fee, priceId: 'prc_3', key: 'calls', description: 'Calls', meterId: 'mtr_1', price: perUnit('1') },
  ],
};
const between = (from: string, to: string): Period => ({ from: instant(from), to: instant(to) });
const stub = between('2024-01-18T00:00:00Z', '2024-02-01T00:00:00Z');
const partOf = (given: Partial<Terms>, period: Period) =>
  firstFeeCharges({ ...terms, ...given }, period)[0]?.part;

test('fees are the prices without a meter; seats count as the subscription has them', () => {
  expect(feeCharges(terms, stub).map(({ key, quantity, part }) => [key, quantity, part])).toEqual([
    ['base', '1', null],
    ['seats', '4', null],
  ]);
});

test('a first period that starts inside a calendar period pays the days that are left of it', () => {
  expect(partOf({}, stub)).toEqual({ numerator: '14', denominator: '31' });
  expect(partOf({}, between('2024-01-01T00:00:00Z', '2024-02-01T00:00:00Z'))).toBeNull();
  expect(partOf({ alignment: 'anniversary' }, stub)).toBeNull();
});

test.each([
  [{ interval: { unit: 'week', count: 1 } } as const, '2024-01-18', '2024-01-22', ['4', '7']],
  [{ interval: { unit: 'month', count: 3 } } as const, '2024-03-01', '2024-04-01', ['31', '91']],
  [{ interval: { unit: 'year', count: 1 } } as const, '2024-12-31', '2025-01-01', ['1', '366']],
  [{ grain: 'thirty_day' } as const, '2024-01-18', '2024-02-01', ['13', '30']],
  [{ grain: 'second' } as const, '2024-01-31', '2024-02-01', ['86400', '2678400']],
])('%j has its part by its own calendar and grain', (given, from, to, [numerator, denominator]) => {
  const period = between(`${from}T00:00:00Z`, `${to}T00:00:00Z`);
  expect(partOf(given, period)).toEqual({ numerator, denominator });
});

test('days are counted where the customer is', () => {
  const zone = timeZone('Asia/Tokyo');
  const period = between('2024-01-17T15:00:00Z', '2024-01-31T15:00:00Z');
  expect(partOf({ timeZone: zone }, period)).toEqual({ numerator: '14', denominator: '31' });
});
