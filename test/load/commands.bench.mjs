// What a biller does all day, by an outside client: customers and subscriptions, single events, batches, a period's end of
// many, reads, and nothing at all. `--distributed` does the same on Redis and Kafka; `--profile` says what the process
// spends its time on meanwhile, which makes it slower.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Pool } from 'undici';
import { openProfiler } from './profiler.mjs';
import { command, median, meteredPlan, sleep, startSystem } from './system.mjs';

const NOW = '2024-03-01T00:00:00Z';
/** Usage may come for an hour after the end of a period; then its invoice is final. */
const ALL_FINAL = '2024-04-01T01:30:00Z';
const CLIENTS = 8;
const ALONE = 20;
const SUBSCRIBED = 160;
const EVENTS_ALONE = 200;
const EVENTS_8 = 3_000;
const EVENTS_64 = 8_000;
const BATCHES = 60;
const BATCH_EVENTS = 1_000;
const RUN_CUSTOMERS = 1_000;
const RUN_EVENTS = 20;
const READS = 2_000;
const READERS = 40;
/** Each customer has the invoice of its start and one of each of four months by then. */
const READ_AT = '2024-07-01T00:30:00Z';
const READ_INVOICES = 5;
const IDLE_MS = 10_000;
/** Postgres counts what a connection did when that rests for ten seconds, and vacuums after much work. */
const SETTLED_MS = 20_000;
const RUN_MAX_MS = 300_000;

const REPORT = `mutation Report($input: ReportUsageInput!) {
  reportUsage(input: $input) { __typename ... on UsageReported { accepted rejected } ... on Rejection { message } }
}`;
const READ = `query Read($id: ID!) {
  customer(id: $id) {
    id name
    invoices(first: 5) { nodes { id number status total { amount currency } lines { key kind amount { amount } } } }
  }
}`;

/** Figures in the order of the table in docs/performance.md; milliseconds are medians of one client alone. */
export async function bench({ distributed = process.argv.includes('--distributed') } = {}) {
  const inspected = process.argv.includes('--profile');
  const system = await startSystem({ distributed, inspected });
  if (inspected) profiler = await openProfiler(system.inspectorUrl);
  const client = new Pool(new URL(system.graphqlUrl).origin, { connections: 64 });
  try {
    const tenant = await openTenant(system, client);
    const commands = await subscribing(tenant);
    const events = await reporting(tenant);
    const run = await periodEnd(system, client);
    const reads = await reading(system, client);
    return { ...commands, ...events, ...run, ...reads, idle_tx_per_s: await idling(system) };
  } finally {
    profiler.close();
    await client.close();
    await system.stop();
  }
}

/** Without `--profile` the work is done, and nothing else. */
let profiler = { profiled: (_name, work) => work(), close: () => undefined };

/** A sandbox tenant whose clock stands, a plan with a fee and graduated usage, and a way to ask. */
async function openTenant({ graphqlUrl, staffToken }, client) {
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
async function subscribing(tenant) {
  // Until compilers have seen what is hot.
  await atOnce(CLIENTS, CLIENTS * 10, () => subscribe(tenant));
  const alone = await timed(ALONE, () => subscribe(tenant));
  const perSecond = await profiler.profiled('customers', () =>
    atOnce(CLIENTS, SUBSCRIBED, () => subscribe(tenant)),
  );
  return { customers_per_s: perSecond, customer_ms: alone };
}

async function subscribe(tenant) {
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

/** Usage: one event a request from 1, 8 and 64 clients, and 1,000 a request over all customers. */
async function reporting(tenant) {
  const one = () => report(tenant, tenant.customers, 1);
  await timed(ALONE, one);
  const alone = await profiler.profiled('event', () => timed(EVENTS_ALONE, one));
  const by8 = await profiler.profiled('events8', () => atOnce(CLIENTS, EVENTS_8, one));
  const by64 = await profiler.profiled('events64', () => atOnce(64, EVENTS_64, one));
  const batch = () => report(tenant, tenant.customers, BATCH_EVENTS);
  const batches = await profiler.profiled('batch', () => atOnce(CLIENTS, BATCHES, batch));
  return { event_ms: alone, events8_per_s: by8, events64_per_s: by64, batch_per_s: batches * BATCH_EVENTS };
}

let next = 0;

async function report(tenant, customers, count) {
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

/** From the clock's advance to the last final invoice of a period that ends for many at once. */
async function periodEnd(system, client) {
  const tenant = await customersWithUsage(system, client, RUN_CUSTOMERS);
  const startedAt = performance.now();
  await profiler.profiled('run', () => advance(tenant, ALL_FINAL));
  const seconds = (performance.now() - startedAt) / 1_000;
  const open = await tenant.ask(READ, { id: tenant.customers[0] });
  const statuses = open.customer.invoices.nodes.map(({ status }) => status);
  if (statuses.length !== 2 || statuses.includes('DRAFT')) throw new Error(JSON.stringify(open));
  return { run_per_s: RUN_CUSTOMERS / seconds };
}

/** A tenant of its own with so many subscribed customers, and events of each; all at rest. */
async function customersWithUsage(system, client, customers) {
  const tenant = await openTenant(system, client);
  await atOnce(CLIENTS, customers, () => subscribe(tenant));
  const spread = tenant.customers.flatMap((id) => Array(RUN_EVENTS).fill(id));
  for (let from = 0; from < spread.length; from += BATCH_EVENTS) {
    const some = spread.slice(from, from + BATCH_EVENTS);
    await report(tenant, some, some.length);
  }
  await atRest(tenant);
  return tenant;
}

/** The test clock goes there; resolves when all that this causes has been done. */
async function advance(tenant, to) {
  await tenant.ask('mutation($to: DateTime!) { advanceTestClock(input: { to: $to }) { __typename } }', {
    to,
  });
  await atRest(tenant);
}

/** Nothing that was caused is on its way any more. */
async function atRest(tenant) {
  const deadline = Date.now() + RUN_MAX_MS;
  for (;;) {
    const { testClock } = await tenant.ask('{ testClock { now target status waitsFor } }');
    if (testClock.status === 'IDLE') return;
    if (Date.now() > deadline) throw new Error(`not at rest: ${JSON.stringify(testClock)}`);
    await sleep(20);
  }
}

/** A customer with its five invoices and their lines. */
async function reading(system, client) {
  const tenant = await customersWithUsage(system, client, READERS);
  await advance(tenant, READ_AT);
  const one = () => tenant.ask(READ, { id: tenant.customers[next++ % tenant.customers.length] });
  const { customer } = await one();
  const lines = customer.invoices.nodes.map((invoice) => invoice.lines.length);
  if (lines.length !== READ_INVOICES || lines.some((count) => count < 1))
    throw new Error(`invoices with lines: ${JSON.stringify(customer)}`);
  await timed(ALONE, one);
  const alone = await timed(EVENTS_ALONE, one);
  return {
    read_ms: alone,
    read_per_s: await profiler.profiled('read', () => atOnce(CLIENTS, READS, one)),
  };
}

/** Transactions a second of all databases while nobody asks for anything. */
async function idling({ adminUrl }) {
  const admin = new pg.Client(adminUrl);
  await admin.connect();
  const count = async () => {
    const { rows } = await admin.query(
      "SELECT sum(xact_commit + xact_rollback)::bigint AS n FROM pg_stat_database WHERE datname = 'tollgate'",
    );
    return Number(rows[0].n);
  };
  await sleep(SETTLED_MS);
  const before = await count();
  await sleep(IDLE_MS);
  const after = await count();
  await admin.end();
  return ((after - before) / IDLE_MS) * 1_000;
}

/** Median milliseconds of work that is done again and again by one client. */
async function timed(times, work) {
  const taken = [];
  for (let index = 0; index < times; index += 1) {
    const startedAt = performance.now();
    await work();
    taken.push(performance.now() - startedAt);
  }
  return median(taken);
}

/** How often a second work is done by so many clients. */
async function atOnce(clients, times, work) {
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
