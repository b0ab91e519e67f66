import { expect, test } from 'vitest';
import type { ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import { decimal } from '@tollgate/kernel/number/decimal';
import { instant } from '@tollgate/kernel/time/time';
import type { Meter } from '../meter/domain/meter.js';
import { totalled, type Priced, type Total } from './supposed.js';

const [MAY, JUNE] = [instant('2024-05-01T00:00:00Z'), instant('2024-06-01T00:00:00Z')];
const METER = 'mtr_00000000000000000000000000' as const;
const PRICE = 'prc_00000000000000000000000000' as const;
const meter: Meter = {
  ...{ id: METER, code: 'calls', name: 'Calls', eventType: 'call', version: 1, createdAt: MAY },
  ...{ externalId: null, metric: { type: 'sum', property: 'quantity' } },
};

const terms: ResolvedTerms = {
  ...{ subscriptionId: 'sub_00000000000000000000000000', customerId: 'cus_00000000000000000000000000' },
  ...{ planId: 'pln_00000000000000000000000000', planVersionId: 'plv_00000000000000000000000000' },
  ...{ planCode: 'p', planName: 'P', versionNumber: 1, currency: 'USD', timeZone: 'UTC', since: 0 },
  ...{
    quantity: decimal('1'),
    interval: { unit: 'month', count: 1 },
    alignment: 'anniversary',
    grain: 'day',
  },
  ...{ minimum: null, threshold: null, entitlements: [] },
  prices: [
    {
      ...{ priceId: PRICE, key: 'calls', currency: 'USD', meterId: METER, meterCode: 'calls' },
      description: 'Calls',
      price: {
        ...{ model: 'commitment', committedQuantity: decimal('10'), window: 'day', unitAmount: decimal('1') },
        ...{ overageFactor: decimal('2'), trueUp: true, minimumAmount: null, maximumAmount: null },
      },
    },
  ],
};
const period = { index: 0, paid: 0, period: { from: MAY, to: JUNE }, full: null };
const total: Total = {
  ...{
    subscriptionId: terms.subscriptionId,
    customerId: terms.customerId,
    number: 1,
    revision: 1,
    meters: [],
  },
  bill: {
    ...{ number: 1, reason: 'period_end', at: JUNE, current: null, opens: false, legs: null, addons: [] },
    ...{ credit: null, over: 'ended' },
    terms: {
      ...{ subscriptionId: terms.subscriptionId, customerId: terms.customerId, planId: terms.planId },
      ...{ planVersionId: terms.planVersionId, currency: 'USD', timeZone: 'UTC', quantity: decimal('1') },
      ...{ overrides: [], since: 0, inline: null },
    },
    closes: { ...period, from: MAY, to: JUNE, ends: true, terms: null },
  },
  prices: [{ priceId: PRICE, from: null, to: { quantity: '7', events: 1, amount: null } }],
};
const supposing = (...quantities: readonly string[]): Priced => ({
  ...{ terms, meters: [meter] },
  usage: quantities.map((text) => ({ meterId: METER, dimensions: {}, quantity: decimal(text) })),
});

test('usage that is supposed is spread over the windows of a commitment; without any, all of it is missing', () => {
  expect(totalled(total, supposing('300', '41')).prices?.[0]?.to).toEqual({
    ...{ quantity: '341', events: 2, amount: '372' },
    parts: [
      { part: 'committed', quantity: '310', amount: '310' },
      { part: 'overage', quantity: '31', amount: '62' },
      { part: 'shortfall', quantity: '0', amount: '0' },
    ],
  });
  expect(totalled(total, supposing()).prices?.[0]?.to).toMatchObject({ quantity: '0', amount: '310' });
});
