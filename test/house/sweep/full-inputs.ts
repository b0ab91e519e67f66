import { backend } from '@tollgate/testing/callers';
import { unique, type Business } from '../business.js';
import { MUTATIONS, type Given, type Input } from '../every-mutation.js';
import { AGREED, fullSubscription, fullTerms, labels, OVERRIDES } from './full-terms.js';

/** What another mutation of the table would take: with something that is there for it to act on. */
const takenBy = async (given: Given, name: string): Promise<Input> => {
  const entry = MUTATIONS[name];
  if (entry === undefined) throw new Error(`there is no mutation ${name}`);
  return entry.accepted(given);
};

const as =
  (name: string, more: Input = {}): Full =>
  async (given) => ({ ...(await takenBy(given, name)), ...more });

type Full = (given: Given) => Promise<Input>;

async function versionOf(given: Business, planId: string): Promise<string> {
  const query = 'query ($id: ID!) { plan(id: $id) { version { id } } }';
  const found = await given
    .on('plans')
    .ask<{ plan: { version: { id: string } } }>(backend(given.tenant), query, { id: planId });
  return found.plan.version.id;
}

/** A plan, and its version. */
async function planned(given: Business) {
  const planId = await given.plan();
  return { planId, planVersionId: await versionOf(given, planId) };
}

async function signed(given: Given): Promise<Input> {
  const { customerId, subscriptions } = await takenBy(given, 'createContract');
  const [subscription] = subscriptions as readonly Input[];
  return { customerId, subscriptions: [{ ...subscription, rates: OVERRIDES }] };
}

/** A contract over one subscription, and what an amendment may say. */
async function amended(given: Given): Promise<Input> {
  const { customerId, subscriptions } = await signed(given);
  const { contract } = await given.on('plans').command<{ contract: { id: string } }>(backend(given.tenant), {
    name: 'createContract',
    input: { customerId, subscriptions, termMonths: 12, commitment: { amount: '10' } },
    selected: '... on ContractCreated { contract { id } }',
  });
  const [subscription] = subscriptions as readonly Input[];
  return {
    ...{ contractId: contract.id, note: 'More of it', termMonths: 24, ...AGREED, topUp: '50' },
    ...{ proration: 'DAY', subscriptions: [{ ...subscription, planId: await given.plan(), quantity: '3' }] },
  };
}

const COUPON = { percent: '10', currency: 'USD', target: 'LINE', priceKeys: ['fee'] };
const TIMES = { duration: 'REPEATING', periods: 3, maxRedemptions: 5, redeemBy: '2025-01-01T00:00:00Z' };
const CHANGE = { quantity: '3', overrides: OVERRIDES, when: 'NOW', proration: 'DAY', cycle: 'KEEP' };
const JOINING = { quantity: '2', when: 'NOW', proration: 'DAY' };
const ENDING = { unusedFees: 'PRORATED', creditTo: 'BALANCE' };

const CATALOGUE: Readonly<Record<string, Full>> = {
  createProduct: as('createProduct', { description: 'All of it' }),
  createPlan: async (given) => ({ name: 'Pro', code: unique(), ...labels(), ...(await fullTerms(given)) }),
  publishPlanVersion: async (given) => ({ planId: await given.plan(), ...(await fullTerms(given)) }),
  updatePlan: async (given) => ({ planId: await given.plan(), ...labels() }),
  copyPlan: async (given) => ({ ...(await planned(given)), name: 'Copy', code: unique(), ...labels() }),
  archivePlan: as('archivePlan'),
  restorePlan: as('restorePlan'),
  createPlanDraft: async (given) => ({ ...(await planned(given)), withoutPrices: false }),
  updatePlanDraft: async (given) => ({
    ...(await takenBy(given, 'publishPlanDraft')),
    ...(await fullTerms(given)),
    removePrices: [{ key: 'fee', currency: 'USD' }],
  }),
  publishPlanDraft: as('publishPlanDraft'),
  discardPlanDraft: as('discardPlanDraft'),
  migrateSubscriptions: async (given) => {
    const { planId, planVersionId } = await planned(given);
    const chosen = { fromVersionIds: [planVersionId], subscriptionIds: [await given.subscription()] };
    return { planId, planVersionId, ...chosen, when: 'NOW', proration: 'DAY', negotiatedPrices: 'KEEP' };
  },
  stopPlanMigration: as('stopPlanMigration'),
  createAddon: as('createAddon', { name: 'Support' }),
  createCoupon: async () => ({ code: unique(), name: 'Spring', ...COUPON, ...TIMES }),
  createMeter: as('createMeter', {
    ...{ aggregation: 'SUM', property: 'size', groupBy: ['region'], window: 'HOUR', windowCombine: 'MAX' },
    filters: [{ property: 'kind', in: ['a'] }],
  }),
  createChargeItem: as('createChargeItem', { name: 'Setup' }),
};

const SUBSCRIPTIONS: Readonly<Record<string, Full>> = {
  createSubscription: async (given) => ({
    ...{ customerId: await given.customer(), ...labels(), activation: 'IMMEDIATE' },
    ...(await fullSubscription(given)),
  }),
  updateSubscription: async (given) => ({ subscriptionId: await given.subscription(), ...labels() }),
  changeSubscription: as('changeSubscription', CHANGE),
  cancelSubscription: as('cancelSubscription', ENDING),
  uncancelSubscription: as('uncancelSubscription'),
  pauseSubscription: as('pauseSubscription', ENDING),
  resumeSubscription: as('resumeSubscription'),
  addSubscriptionAddon: as('addSubscriptionAddon', JOINING),
  removeSubscriptionAddon: as('removeSubscriptionAddon', { when: 'NOW', proration: 'DAY' }),
  applyCoupon: as('applyCoupon'),
  removeCoupon: as('removeCoupon'),
  grantEntitlement: async (given) => ({
    ...{ customerId: await given.customer(), feature: 'calls', meterId: await given.meter() },
    ...{ quantity: '10', note: 'Sorry', startsAt: '2024-01-01T00:00:00Z', expiresAt: '2024-06-01T00:00:00Z' },
  }),
  revokeEntitlementGrant: as('revokeEntitlementGrant'),
  createCharge: async (given) => ({
    ...{ customerId: await given.customer(), when: 'NEXT_INVOICE', currency: 'USD' },
    items: [{ key: 'setup', description: 'Set up', amount: '5', quantity: '2' }],
  }),
};

const AGREEMENTS: Readonly<Record<string, Full>> = {
  createContract: async (given) => ({
    ...(await signed(given)),
    ...{ ...labels(), startsOn: '2024-01-01', termMonths: 12, coTerm: true, ...AGREED },
  }),
  amendContract: amended,
  giveContractNotice: as('giveContractNotice'),
  withdrawContractNotice: as('withdrawContractNotice'),
  renewContract: as('renewContract'),
  terminateContract: as('terminateContract', { reason: 'Moved', waiveFee: true, unusedFees: 'PRORATED' }),
  updateContract: as('updateContract', { metadata: { crm: '2' } }),
  createQuote: async (given) => ({
    ...{ customerId: await given.customer(), validUntil: '2024-02-01T00:00:00Z', note: 'For you' },
    subscription: await fullSubscription(given),
  }),
  acceptQuote: as('acceptQuote'),
  declineQuote: as('declineQuote', { reason: 'Too dear' }),
};

/** Inputs that say everything that may be said, and are accepted; a new one each time. */
export const FULL: Readonly<Record<string, Full>> = { ...CATALOGUE, ...SUBSCRIPTIONS, ...AGREEMENTS };

const inside =
  (field: string, full: Full | undefined): Full =>
  async (given) => ({ [field]: await full?.(given) });

/** The same of previews, by the field that they are given in. */
export const PREVIEWS: Readonly<Record<string, Full>> = Object.fromEntries(
  Object.entries({
    create: 'createSubscription',
    change: 'changeSubscription',
    cancel: 'cancelSubscription',
    pause: 'pauseSubscription',
    addAddon: 'addSubscriptionAddon',
    removeAddon: 'removeSubscriptionAddon',
    createContract: 'createContract',
    amendContract: 'amendContract',
    terminateContract: 'terminateContract',
  }).map(([field, name]) => [field, inside(field, FULL[name])]),
);

/** Fields that another field of a full input excludes. */
export const LEFT_OUT: ReadonlySet<string> = new Set([
  'createPlan.productId',
  'copyPlan.productId',
  'createCoupon.amount',
  'createMeter.subscriptionProperty',
  'createMeter.rounding',
  'createMeter.externalId',
  'createMeter.metadata',
  'createSubscription.planVersionId',
  'changeSubscription.planId',
  'applyCoupon.customerId',
  'removeCoupon.customerId',
  'amendContract.addSubscriptions',
  'amendContract.removeSubscriptions',
]);
