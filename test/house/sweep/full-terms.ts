import { unique, type Business } from '../business.js';

const USD = 'USD';
const CONVERSION = { divideBy: '1000', multiplyBy: '10', rounding: 'UP', decimals: 2 };

/** What may be said of everything that a tenant names. */
export const labels = () => ({ externalId: unique(), metadata: { crm: 'acme-1' } });

/** A fee at another price. */
export const OVERRIDES = [{ key: 'fee', price: { flat: { flatAmount: '15' } } }];

/** Terms of a version with every model that a plan can have, and all that each may say. */
export async function fullTerms(given: Business) {
  const meters = await Promise.all([given.meter(), given.meter(), given.meter(), given.meter()]);
  return {
    ...{ interval: 'MONTH', intervalCount: 1, alignment: 'ANNIVERSARY', grain: 'DAY', trialDays: 0 },
    prices: pricesOf(meters),
    minimums: [{ currency: USD, amount: '10' }],
    thresholds: [{ currency: USD, amounts: ['50', '100'], recurringStep: '100' }],
    entitlements: [
      { feature: 'sso', enabled: true },
      { feature: 'calls', meterId: meters[0], limit: '100' },
    ],
  };
}

function pricesOf([graduated, volume, packages, perUnit]: readonly string[]) {
  const tiers = [
    { upTo: '10', unitAmount: '1', flatAmount: '2', flatAtZero: true },
    { unitAmount: '0.5', flatAmount: '1' },
  ];
  const shared = { includedUnits: '5', minimumAmount: '1', maximumAmount: '1000', conversion: CONVERSION };
  const packed = { packageSize: '100', packageAmount: '3', packageRounding: 'UP' };
  const of = (key: string, meterId: string | undefined, price: object) => ({
    ...{ key, currency: USD, meterId, price },
  });
  return [
    { key: 'fee', currency: USD, description: 'The fee', price: { flat: { flatAmount: '20' } } },
    of('graduated', graduated, { graduated: { tiers }, ...shared }),
    of('volume', volume, { volume: { tiers } }),
    of('package', packages, { package: packed }),
    of('unit', perUnit, { perUnit: { unitAmount: '0.01' } }),
  ];
}

/** What a subscription may say of itself when it is made. */
export async function fullSubscription(given: Business) {
  return {
    ...{ planId: await given.plan(), currency: USD, quantity: '2', startsOn: '2024-01-01' },
    ...{ trialDays: 0, anchorDay: 15, overrides: OVERRIDES, couponIds: [await given.coupon()] },
    phases: [{ periods: 2, overrides: OVERRIDES }, { overrides: OVERRIDES }],
  };
}

/** What a contract may say of what is agreed. */
export const AGREED = {
  renewal: { automatic: true, noticeDays: 30, months: 12 },
  terminationFee: { percentOfRemainingFees: '50' },
  escalator: { percent: '3', of: 'FEES' },
  commitment: { amount: '100', unused: 'EXPIRES' },
};
