import { newId } from '@tollgate/runtime/base/new-id';
import type { SubgraphEndpoint } from '@tollgate/runtime/graphql/endpoint';
import type { CreateSubgraph } from '@tollgate/runtime/service/service';
import { startSubgraph, type RunningSubgraph } from '@tollgate/runtime/service/subgraph';
import { backend } from '@tollgate/testing/callers';
import {
  createTestPlatform,
  createTestTenant,
  type TestPlatform,
  type TestTenant,
} from '@tollgate/testing/stack';
import { operationsOf } from '@tollgate/testing/subgraph';
import { declined, dunningOf, invoiceOf } from './business-invoices.js';

export const NOW = '2024-01-01T00:00:00.000Z';
/** A month that is over now, whose invoice is a draft: the hour in which late usage is awaited has just begun. */
const LAST_MONTH = '2023-12-01';
const SUBGRAPHS = ['tenancy', 'plans', 'usage', 'invoices', 'payments'] as const;

/** Nobody listens at the providers' address: what is started with one stays on its way. */
const NOWHERE = 'http://127.0.0.1:9';
/** Customers' tokens are signed with it. */
export const PORTAL_TOKEN_SECRET = 'portal-token-secret-0123456789-0123456789';
const ENVIRONMENT = {
  API_KEY_SECRET: 'api-key-secret-0123456789-0123456789',
  PORTAL_TOKEN_SECRET,
  STRIPE_API_BASE: NOWHERE,
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_1',
  PAYPAL_API_BASE: NOWHERE,
  PAYPAL_CLIENT_ID: 'client',
  PAYPAL_CLIENT_SECRET: 'secret',
  PAYPAL_WEBHOOK_ID: 'webhook',
  PUBLIC_URL: 'https://pay.example',
};

/** Nothing is tried again while a test runs. */
const SETTINGS = { name: 'Acme', dunning: { retryAfterDays: [100], terminalAction: 'NONE' } };

/** A word that nobody used yet. */
export const unique = (): string => newId('evt').slice(-12).toLowerCase();

export type SubgraphName = (typeof SUBGRAPHS)[number];
type Operations = ReturnType<typeof operationsOf>;

/** Every subgraph on one database, one tenant that does business there, and what it made for others to act on. */
export interface Business {
  readonly platform: TestPlatform;
  readonly tenant: TestTenant;
  on(subgraph: SubgraphName): Operations;
  /** What a gateway in front of it asks. */
  readonly endpoints: ReadonlyMap<string, SubgraphEndpoint>;
  customer(): Promise<string>;
  apiKey(): Promise<string>;
  paymentMethod(customerId: string): Promise<string>;
  plan(): Promise<string>;
  meter(): Promise<string>;
  /** A plan with a month's fee and a price of a meter of its own. */
  meteredPlan(): Promise<string>;
  /** One that runs, unless it is to be brought to somewhere else. */
  subscription(standing?: 'cancelling' | 'paused'): Promise<string>;
  addon(): Promise<string>;
  chargeItem(): Promise<string>;
  coupon(): Promise<string>;
  /** A coupon that a subscription has. */
  heldCoupon(): Promise<{ readonly subscriptionId: string; readonly couponId: string }>;
  /** An add-on that a subscription has. */
  heldAddon(): Promise<{ readonly subscriptionId: string; readonly addonId: string }>;
  /** The invoice of a new customer that has this status. */
  invoice(status: 'DRAFT' | 'OPEN'): Promise<string>;
  /** An open invoice that nothing could be collected on, until its customer has a payment method now. */
  payable(): Promise<string>;
  /** What is done about such an invoice. */
  dunning(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it, at the beginning of a month. */
export async function startBusiness(): Promise<Business> {
  const platform = await createTestPlatform();
  const running = new Map<SubgraphName, RunningSubgraph>();
  for (const name of SUBGRAPHS) {
    const path = new URL(`../../subgraphs/${name}/src/main.ts`, import.meta.url).href;
    const { create } = (await import(path)) as { readonly create: CreateSubgraph };
    running.set(name, await startSubgraph(platform, await create(platform, ENVIRONMENT)));
  }
  const tenant = await createTestTenant(platform, { nowAt: NOW });
  const on = (name: SubgraphName): Operations => {
    const subgraph = running.get(name);
    if (subgraph === undefined) throw new Error(`${name} does not run`);
    return operationsOf(subgraph);
  };
  // Tells everybody the tenant's settings.
  await makerOn(on, tenant)('tenancy', 'updateTenantSettings', { input: SETTINGS, made: 'tenant' });
  return {
    platform,
    tenant,
    on,
    endpoints: new Map([...running].map(([name, { endpoint }]) => [name, endpoint])),
    ...madeBy(on, tenant),
    stop: async () => {
      for (const subgraph of running.values()) await subgraph.stop();
      await platform.destroy();
    },
  };
}

interface ToMake {
  readonly input: object;
  /** The field of the answer with what was made. */
  readonly made: string;
}

type On = Business['on'];
type Make = (subgraph: SubgraphName, name: string, what: ToMake) => Promise<string>;

/** Makes something as the tenant's backend, and gives its id. */
const makerOn =
  (on: On, tenant: TestTenant): Make =>
  async (subgraph, name, { input, made }) => {
    const query = `mutation Make($input: ${name.charAt(0).toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) {
      __typename ... on Rejection { message } ... on ${TYPES[name] ?? ''} { ${made} { id } } } }`;
    const data = await on(subgraph).ask<Record<string, Record<string, { readonly id: string }>>>(
      backend(tenant),
      query,
      { input },
    );
    const id = data[name]?.[made]?.id;
    if (id === undefined) throw new Error(`${name} made nothing: ${JSON.stringify(data)}`);
    return id;
  };

const TYPES: Readonly<Record<string, string>> = {
  updateTenantSettings: 'TenantSettingsUpdated',
  createCustomer: 'CustomerCreated',
  createApiKey: 'ApiKeyCreated',
  addPaymentMethod: 'PaymentMethodAdded',
  createMeter: 'MeterCreated',
  createPlan: 'PlanCreated',
  createSubscription: 'SubscriptionCreated',
  cancelSubscription: 'SubscriptionCancelled',
  pauseSubscription: 'SubscriptionPaused',
  createAddon: 'AddonCreated',
  createChargeItem: 'ChargeItemCreated',
  createCoupon: 'CouponCreated',
  addSubscriptionAddon: 'SubscriptionAddonAdded',
};

/** A month's fee. */
export const planInput = (): Readonly<Record<string, unknown>> => ({
  name: 'Pro',
  code: unique(),
  interval: 'MONTH',
  prices: [FEE],
});

/** A tenth off everything, once. */
export const couponInput = (): Readonly<Record<string, unknown>> => ({
  ...{ code: unique(), percent: '10', target: 'SUBSCRIPTION', duration: 'ONCE' },
});

const FEE = { key: 'fee', currency: 'USD', price: { flat: { flatAmount: '20.00' } } };

const madeBy = (on: On, tenant: TestTenant) => {
  const make = makerOn(on, tenant);
  const ada = { name: 'Ada', country: 'DE' };
  const customer = () => make('tenancy', 'createCustomer', { input: ada, made: 'customer' });
  const paymentMethod = (customerId: string) => {
    const input = { customerId, provider: 'STRIPE', token: `pm_${unique()}` };
    return make('payments', 'addPaymentMethod', { input, made: 'paymentMethod' });
  };
  const plan = () => make('plans', 'createPlan', { input: planInput(), made: 'plan' });
  const meter = () => {
    const code = `m${unique()}`;
    const counted = { code, name: 'Calls', eventType: code, aggregation: 'COUNT' };
    return make('usage', 'createMeter', { input: counted, made: 'meter' });
  };
  const priced = () => ({ code: unique(), prices: [{ currency: 'USD', amount: '5' }] });
  const addon = () => make('plans', 'createAddon', { input: priced(), made: 'addon' });
  const coupon = () => make('plans', 'createCoupon', { input: couponInput(), made: 'coupon' });
  const metered = async () => {
    const meterId = await meter();
    const use = { key: 'use', currency: 'USD', meterId, price: { perUnit: { unitAmount: '1' } } };
    const input = { ...planInput(), prices: [FEE, use] };
    return make('plans', 'createPlan', { input, made: 'plan' });
  };
  const subscribed = async (customerId: string, startsOn?: string) => {
    // What was used last month is billed in arrears.
    const planId = startsOn === undefined ? await plan() : await metered();
    const input = { customerId, planId, startsOn };
    return make('plans', 'createSubscription', { input, made: 'subscription' });
  };
  const invoice = async (status: 'DRAFT' | 'OPEN') => {
    const customerId = await customer();
    await subscribed(customerId, LAST_MONTH);
    return (await invoiceOf(on, tenant, { customerId, status })).id;
  };
  const payable = async () => {
    const customerId = await customer();
    await subscribed(customerId, LAST_MONTH);
    const { id } = await invoiceOf(on, tenant, { customerId, status: 'OPEN' });
    await declined(on, tenant, id);
    await paymentMethod(customerId);
    return id;
  };
  return {
    customer,
    paymentMethod,
    plan,
    meter,
    meteredPlan: metered,
    invoice,
    apiKey: () => make('tenancy', 'createApiKey', { input: { name: 'CI' }, made: 'apiKey' }),
    addon,
    chargeItem: () => make('invoices', 'createChargeItem', { input: priced(), made: 'chargeItem' }),
    subscription: async (standing?: 'cancelling' | 'paused') => {
      const subscriptionId = await subscribed(await customer());
      if (standing === undefined) return subscriptionId;
      const [name, when] = standing === 'paused' ? ['pause', 'NOW'] : ['cancel', 'PERIOD_END'];
      const input = { subscriptionId, when };
      return make('plans', `${name}Subscription`, { input, made: 'subscription' });
    },
    coupon,
    heldCoupon: async () => {
      const input = { subscriptionId: await subscribed(await customer()), couponId: await coupon() };
      const query = 'mutation ($input: ApplyCouponInput!) { applyCoupon(input: $input) { __typename } }';
      await on('plans').ask(backend(tenant), query, { input });
      return input;
    },
    heldAddon: async () => {
      const input = { subscriptionId: await subscribed(await customer()), addonId: await addon() };
      await make('plans', 'addSubscriptionAddon', { input, made: 'subscription' });
      return input;
    },
    payable,
    dunning: async () => dunningOf(on, tenant, await payable()),
  };
};
