// What benchmarks of billing have in common: a sandbox tenant, customers that subscribe to its plan, usage of them, and its
// clock.
import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { command, meteredPlan, sleep } from './system.mjs';

/** Where the clock of a tenant stands at first. */
export const NOW = '2024-03-01T00:00:00Z';
export const CLIENTS = 8;
const CONNECTIONS = 64;
const REPORT_EVENTS = 1_000;
const REST_MAX_MS = 600_000;

const REPORT = `mutation Report($input: ReportUsageInput!) {
  reportUsage(input: $input) { __typename ... on UsageReported { accepted rejected } ... on Rejection { message } }
}`;
/** Connections of outside clients. */
export function clientsOf({ graphqlUrl }) {
  return new Pool(new URL(graphqlUrl).origin, { connections: CONNECTIONS });
}

/** A sandbox tenant whose clock stands, a plan with a fee and graduated usage, and a way to ask. */
export async function openTenant({ graphqlUrl, staffToken }, client) {
  const made = await command(graphqlUrl, staffToken, 'createTenant', 'TenantCreated', 'apiKey', {
    name: 'Bench',
    currency: 'USD',
    timeZone: 'UTC',
    country: 'US',
    sandbox: true,
    testClockAt: NOW,
  });
  const run = (...given) => command(graphqlUrl, made.apiKey, ...given);
  const tiers = [{ upTo: '100', unitAmount: '0.02' }, { unitAmount: '0.01' }];
  const planId = await meteredPlan(run, { usage: { graduated: { tiers } } });
  return { ask: asker(client, graphqlUrl, made.apiKey), planId, customers: [], token: made.apiKey };
}

function asker(client, graphqlUrl, token) {
  const path = new URL(graphqlUrl).pathname;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return async (query, variables) => {
    const body = JSON.stringify({ query, variables });
    const response = await client.request({ method: 'POST', path, headers, body });
    const answer = await response.body.json();
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
}

/** A customer with a subscription, its first invoice included. */
export async function subscribe(tenant) {
  const created = await tenant.ask(
    'mutation($input: CreateCustomerInput!) { createCustomer(input: $input) { ... on CustomerCreated { customer { id } } } }',
    { input: { name: 'Customer' } },
  );
  const customerId = created.createCustomer.customer.id;
  const subscribed = await tenant.ask(
    'mutation($input: CreateSubscriptionInput!) { createSubscription(input: $input) { __typename ... on SubscriptionCreated { subscription { id } } } }',
    { input: { customerId, planId: tenant.planId } },
  );
  if (subscribed.createSubscription.__typename !== 'SubscriptionCreated')
    throw new Error(JSON.stringify(subscribed));
  tenant.customers.push(customerId);
}

let next = 0;

/** So many events of customers, who take turns. */
export async function report(tenant, customers, count) {
  const prefix = randomUUID();
  const events = Array.from({ length: count }, (_, index) => ({
    id: `${prefix}-${index}`,
    customerId: customers[next++ % customers.length],
    type: 'call',
    timestamp: NOW,
    properties: { tokens: 1 + (index % 500) },
  }));
  const { reportUsage } = await tenant.ask(REPORT, { input: { events } });
  if (reportUsage.accepted !== count) throw new Error(JSON.stringify(reportUsage));
}

/** A tenant of its own with so many subscribed customers, and events of each; all at rest. */
export async function customersWithUsage(system, client, { customers, events }) {
  const tenant = await openTenant(system, client);
  await atOnce(CLIENTS, customers, () => subscribe(tenant));
  const spread = tenant.customers.flatMap((id) => Array(events).fill(id));
  for (let from = 0; from < spread.length; from += REPORT_EVENTS) {
    const some = spread.slice(from, from + REPORT_EVENTS);
    await report(tenant, some, some.length);
  }
  await atRest(tenant);
  return tenant;
}

/** The test clock goes there; resolves when all that this causes has been done. */
export async function advance(tenant, to) {
  await tenant.ask('mutation($to: DateTime!) { advanceTestClock(input: { to: $to }) { __typename } }', {
    to,
  });
  await atRest(tenant);
}

/**
 * The same for a period that ends at `closesAt`: the seconds until the last draft of it was final, and until all was at rest,
 * what becomes of unpaid invoices included, which goes on meanwhile.
 */
export async function finalised(tenant, { closesAt, to }) {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1_000;
  await tenant.ask('mutation($to: DateTime!) { advanceTestClock(input: { to: $to }) { __typename } }', {
    to,
  });
  const deadline = Date.now() + REST_MAX_MS;
  for (let isOver = false; !isOver;) {
    const { testClock, invoices } = await tenant.ask(DRAFTS);
    isOver = Date.parse(testClock.now) >= Date.parse(closesAt) && invoices.nodes.length === 0;
    if (Date.now() > deadline) throw new Error(`not final: ${JSON.stringify(testClock)}`);
    if (!isOver) await sleep(POLL_MS);
  }
  const final = seconds();
  await atRest(tenant);
  return { final, rest: seconds() };
}

const POLL_MS = 20;
const DRAFTS = '{ testClock { now status } invoices(first: 1, status: DRAFT) { nodes { id } } }';

/** Nothing that was caused is on its way any more. */
async function atRest(tenant) {
  const deadline = Date.now() + REST_MAX_MS;
  for (;;) {
    const { testClock } = await tenant.ask('{ testClock { now target status waitsFor } }');
    if (testClock.status === 'IDLE') return;
    if (Date.now() > deadline) throw new Error(`not at rest: ${JSON.stringify(testClock)}`);
    await sleep(POLL_MS);
  }
}

/** How often a second work is done by so many clients. */
export async function atOnce(clients, times, work) {
  let left = times;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (left > 0) {
        left -= 1;
        await work();
      }
    }),
  );
  return times / ((performance.now() - startedAt) / 1_000);
}
