import type { TollgateClient } from '@tollgate/client/client';
import type { Call } from './trace.js';

export const CUSTOMERS = 8;
export const METERS = ['input_tokens', 'output_tokens'] as const;
export type MeterCode = (typeof METERS)[number];
export const EVENT_TYPE = 'llm.call';

const GERMAN = new Set([3, 6]);
const DECLINED = 7;
const UNREACHABLE = 8;
const GRACE_S = 3_600;

export interface DemoCustomer {
  /** From 1. */
  readonly index: number;
  readonly id: string;
  readonly country: string;
}

export interface Billing {
  readonly tenantId: string;
  readonly apiKey: string;
}

/** The sandbox tenant of this run, with its clock at the start of the trace's first day (UTC). */
export async function createTenant(
  operator: TollgateClient,
  run: string,
  calls: readonly Call[],
): Promise<Billing> {
  const answer = await operator.command<{ tenant: { id: string }; apiKey: string }>({
    mutation: 'createTenant',
    wanted: 'TenantCreated',
    fields: 'tenant { id } apiKey',
    input: {
      name: `LLM demo ${run.slice(0, 8)}`,
      currency: 'USD',
      timeZone: 'UTC',
      country: 'US',
      sandbox: true,
      testClockAt: `${firstDay(calls)}T00:00:00.000Z`,
      taxRates: [{ country: 'DE', percent: '19' }],
      invoiceGraceSeconds: GRACE_S,
      idempotencyKey: `${run}:tenant`,
    },
  });
  return { tenantId: answer.tenant.id, apiKey: answer.apiKey };
}

/** Plan "LLM API": a fee of 20.00 in advance, tokens in arrears. Returns its id. */
export async function createPlan(client: TollgateClient, run: string): Promise<string> {
  const [input, output] = await Promise.all([
    createMeter(client, { run, code: 'input_tokens', property: 'inputTokens' }),
    createMeter(client, { run, code: 'output_tokens', property: 'outputTokens' }),
  ]);
  const { plan } = await client.command<{ plan: { id: string } }>({
    mutation: 'createPlan',
    wanted: 'PlanCreated',
    fields: 'plan { id }',
    input: {
      name: 'LLM API',
      code: 'llm-api',
      interval: 'MONTH',
      prices: [
        { key: 'fee', currency: 'USD', description: 'LLM API', price: { flat: { flatAmount: '20.00' } } },
        {
          key: 'input_tokens',
          currency: 'USD',
          meterId: input,
          price: { perUnit: { unitAmount: '0.0000015' }, includedUnits: '1000000' },
        },
        {
          key: 'output_tokens',
          currency: 'USD',
          meterId: output,
          price: {
            graduated: {
              tiers: [
                { upTo: '20000', unitAmount: '0.00001' },
                { upTo: '200000', unitAmount: '0.000008' },
                { unitAmount: '0.000006' },
              ],
            },
          },
        },
      ],
      idempotencyKey: `${run}:plan`,
    },
  });
  return plan.id;
}

async function createMeter(
  client: TollgateClient,
  { run, code, property }: { readonly run: string; readonly code: MeterCode; readonly property: string },
): Promise<string> {
  const { meter } = await client.command<{ meter: { id: string } }>({
    mutation: 'createMeter',
    wanted: 'MeterCreated',
    fields: 'meter { id }',
    input: {
      code,
      name: code.replace('_', ' '),
      eventType: EVENT_TYPE,
      aggregation: 'SUM',
      property,
      idempotencyKey: `${run}:meter:${code}`,
    },
  });
  return meter.id;
}

/** A customer with the ways to pay that its part in the story needs. */
export async function createCustomer(
  client: TollgateClient,
  run: string,
  index: number,
): Promise<DemoCustomer> {
  const country = GERMAN.has(index) ? 'DE' : 'US';
  const { customer } = await client.command<{ customer: { id: string } }>({
    mutation: 'createCustomer',
    wanted: 'CustomerCreated',
    fields: 'customer { id }',
    input: {
      name: `Customer ${index}`,
      email: `customer${index}@example.com`,
      country,
      timeZone: 'UTC',
      currency: 'USD',
      idempotencyKey: `${run}:customer:${index}`,
    },
  });
  const card =
    index === DECLINED
      ? 'pm_card_visa_chargeDeclined'
      : index === UNREACHABLE
        ? 'pm_card_unreachable'
        : 'pm_card_visa';
  await addMethod(client, {
    idempotencyKey: `${run}:card:${index}`,
    customerId: customer.id,
    provider: 'STRIPE',
    token: card,
  });
  if (index === UNREACHABLE)
    await addMethod(client, {
      idempotencyKey: `${run}:paypal:${index}`,
      customerId: customer.id,
      provider: 'PAYPAL',
      token: 'paypal_vault_ok',
    });
  return { index, id: customer.id, country };
}

async function addMethod(
  client: TollgateClient,
  input: {
    readonly idempotencyKey: string;
    readonly customerId: string;
    readonly provider: string;
    readonly token: string;
  },
): Promise<void> {
  await client.command({
    mutation: 'addPaymentMethod',
    wanted: 'PaymentMethodAdded',
    fields: 'paymentMethod { id }',
    input,
  });
}

/** Subscribes a customer from the start of the trace's first day; returns when the first period ends. */
export async function subscribe(
  client: TollgateClient,
  {
    run,
    customer,
    ...plan
  }: {
    readonly run: string;
    readonly customer: DemoCustomer;
    readonly planId: string;
    readonly startsOn: string;
  },
): Promise<string> {
  const { subscription } = await client.command<{ subscription: { currentPeriod: { to: string } } }>({
    mutation: 'createSubscription',
    wanted: 'SubscriptionCreated',
    fields: 'subscription { id currentPeriod { from to } }',
    input: {
      customerId: customer.id,
      planId: plan.planId,
      startsOn: plan.startsOn,
      idempotencyKey: `${run}:subscription:${customer.index}`,
    },
  });
  return subscription.currentPeriod.to;
}

/** Sends the sandbox's clock on, and waits until it is there and everything on the way is done. */
export async function advanceClock(client: TollgateClient, to: string): Promise<void> {
  const document = `mutation Advance($input: AdvanceTestClockInput!) {
    answer: advanceTestClock(input: $input) { __typename ... on Rejection { message } } }`;
  type Answer = { answer: { __typename: string; message?: string } };
  const { answer } = await client.call<Answer>(document, { input: { to } });
  // A repeated call after a lost answer finds the clock where it should be.
  if (answer.__typename !== 'TestClockAdvanced' && answer.__typename !== 'ClockGoesBackwards') {
    throw new Error(`advanceTestClock: ${answer.__typename}: ${answer.message}`);
  }
  await arrival(client);
}

const CLOCK_POLL_MS = 10;
const CLOCK_ARRIVES_MAX_MS = 120_000;

async function arrival(client: TollgateClient): Promise<void> {
  type Clock = { testClock: { target: string | null; waitsFor: string | null } };
  const deadline = Date.now() + CLOCK_ARRIVES_MAX_MS;
  for (;;) {
    const { testClock } = await client.call<Clock>('query { testClock { target waitsFor } }', {});
    if (testClock.target === null) return;
    if (Date.now() > deadline) throw new Error(`the test clock did not arrive: ${testClock.waitsFor}`);
    await new Promise((resolve) => setTimeout(resolve, CLOCK_POLL_MS));
  }
}

/** The calendar day (UTC) of the earliest call. */
export function firstDay(calls: readonly Call[]): string {
  const first = calls.reduce(
    (least, call) => Math.min(least, Date.parse(call.timestamp)),
    Number.POSITIVE_INFINITY,
  );
  return new Date(first).toISOString().slice(0, 10);
}
