import { couponInput, NOW, unique, type Business, type SubgraphName } from './business.js';
import { CATALOGUE } from './catalogue-mutations.js';
import { CONTRACTS } from './contract-mutations.js';
import { INVOICES, PAYMENTS } from './money-mutations.js';
import { QUOTES } from './quote-mutations.js';
import { WALLETS } from './wallet-mutations.js';
import { USAGE } from './usage-mutations.js';

export type Input = Readonly<Record<string, unknown>>;

/** The tenant's business, and the customer that the portal token is for. */
export interface Given extends Business {
  readonly customerId: string;
}

export interface Entry {
  readonly subgraph: SubgraphName;
  /** Carried out; a new input each time. */
  accepted(given: Given): Input | Promise<Input>;
  /** Answered by a rejection. */
  rejected(given: Given): Input;
  /** A portal token may, for its own customer. */
  readonly portalMay?: true;
  /** Only operators, who act on no tenant of the callers here. */
  readonly operatorsOnly?: true;
  /** Of staff only operators, so that the support that plays here is forbidden. */
  readonly notForSupport?: true;
}

const TENANCY: Readonly<Record<string, Entry>> = {
  createTenant: {
    subgraph: 'tenancy',
    operatorsOnly: true,
    accepted: () => ({ name: 'Acme', currency: 'EUR', timeZone: 'UTC', country: 'LT' }),
    rejected: () => ({ name: '', currency: 'EUR', timeZone: 'UTC', country: 'LT' }),
  },
  updateTenantSettings: {
    subgraph: 'tenancy',
    accepted: () => ({ name: unique() }),
    rejected: () => ({ name: '' }),
  },
  createCustomer: { subgraph: 'tenancy', accepted: () => ({ name: 'Ada' }), rejected: () => ({ name: '' }) },
  updateCustomer: {
    subgraph: 'tenancy',
    accepted: async (given) => ({ id: await given.customer(), name: 'Bob' }),
    rejected: () => ({ id: 'cus_1', name: 'Bob' }),
  },
  changeCustomerPayer: {
    subgraph: 'tenancy',
    accepted: async (given) => ({ customerId: await given.customer(), payerId: given.customerId }),
    rejected: () => ({ customerId: 'cus_1', payerId: null }),
  },
  createApiKey: {
    subgraph: 'tenancy',
    notForSupport: true,
    accepted: () => ({ name: 'CI' }),
    rejected: () => ({ name: '' }),
  },
  revokeApiKey: {
    subgraph: 'tenancy',
    accepted: async (given) => ({ id: await given.apiKey() }),
    rejected: () => ({ id: 'key_1' }),
  },
  issuePortalToken: {
    subgraph: 'tenancy',
    accepted: async (given) => ({ customerId: await given.customer() }),
    rejected: () => ({ customerId: 'cus_1' }),
  },
  advanceTestClock: {
    subgraph: 'tenancy',
    accepted: () => ({ to: NOW }),
    rejected: () => ({ to: '2023-01-01T00:00:00.000Z' }),
  },
};

const PLANS: Readonly<Record<string, Entry>> = {
  updateSubscription: {
    subgraph: 'plans',
    accepted: async (given) => ({ subscriptionId: await given.subscription(), externalId: unique() }),
    rejected: () => ({ subscriptionId: 'sub_1' }),
  },
  createSubscription: {
    subgraph: 'plans',
    accepted: async (given) => ({ customerId: await given.customer(), planId: await given.plan() }),
    rejected: ({ customerId }) => ({ customerId, planId: 'pln_1' }),
  },
  changeSubscription: {
    subgraph: 'plans',
    accepted: async (given) => ({ subscriptionId: await given.subscription(), quantity: '2' }),
    rejected: () => ({ subscriptionId: 'sub_1', quantity: '2' }),
  },
  createAddon: {
    subgraph: 'plans',
    accepted: () => ({ code: `a${unique()}`, prices: [{ currency: 'USD', amount: '5' }] }),
    rejected: () => ({ code: '', prices: [] }),
  },
  createCoupon: {
    subgraph: 'plans',
    accepted: () => couponInput(),
    rejected: () => ({ ...couponInput(), percent: '101' }),
  },
  applyCoupon: {
    subgraph: 'plans',
    accepted: async (given) => ({
      subscriptionId: await given.subscription(),
      couponId: await given.coupon(),
    }),
    rejected: () => ({ subscriptionId: 'sub_1', couponId: 'cpn_1' }),
  },
  removeCoupon: {
    subgraph: 'plans',
    accepted: async (given) => given.heldCoupon(),
    rejected: () => ({ subscriptionId: 'sub_1', couponId: 'cpn_1' }),
  },
  addSubscriptionAddon: {
    subgraph: 'plans',
    accepted: async (given) => ({
      subscriptionId: await given.subscription(),
      addonId: await given.addon(),
    }),
    rejected: () => ({ subscriptionId: 'sub_1', addonId: 'add_1' }),
  },
  removeSubscriptionAddon: {
    subgraph: 'plans',
    accepted: async (given) => given.heldAddon(),
    rejected: () => ({ subscriptionId: 'sub_1', addonId: 'add_1' }),
  },
  uncancelSubscription: {
    subgraph: 'plans',
    accepted: async (given) => ({ subscriptionId: await given.subscription('cancelling') }),
    rejected: () => ({ subscriptionId: 'sub_1' }),
  },
  pauseSubscription: {
    subgraph: 'plans',
    accepted: async (given) => ({ subscriptionId: await given.subscription(), when: 'NOW' }),
    rejected: () => ({ subscriptionId: 'sub_1', when: 'NOW' }),
  },
  resumeSubscription: {
    subgraph: 'plans',
    accepted: async (given) => ({ subscriptionId: await given.subscription('paused') }),
    rejected: () => ({ subscriptionId: 'sub_1' }),
  },
  cancelSubscription: {
    subgraph: 'plans',
    accepted: async (given) => ({ subscriptionId: await given.subscription(), when: 'NOW' }),
    rejected: () => ({ subscriptionId: 'sub_1', when: 'NOW' }),
  },
};

/** Every mutation of the public graph, and how to have it accepted and rejected. */
export const MUTATIONS: Readonly<Record<string, Entry>> = {
  ...TENANCY,
  ...CATALOGUE,
  ...CONTRACTS,
  ...QUOTES,
  ...WALLETS,
  ...PLANS,
  ...USAGE,
  ...INVOICES,
  ...PAYMENTS,
};
