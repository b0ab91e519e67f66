// What a biller does all day, by an outside client: customers and subscriptions, single events, batches, a period's end of
// many, reads, and nothing at all. `--distributed` does the same on Redis and Kafka; `--profile` says what the process
// spends its time on meanwhile, which makes it slower.
import pg from 'pg';
import { openProfiler } from './profiler.mjs';
import {
  advance,
  atOnce,
  CLIENTS,
  clientsOf,
  customersWithUsage,
  finalised,
  openTenant,
  report,
  subscribe,
} from './billing.mjs';
import { median, sleep, startSystem } from './system.mjs';

/** Usage may come for an hour after the end of a period; then its invoice is final. */
const ENDS = { closesAt: '2024-04-01T01:00:00Z', to: '2024-04-01T01:30:00Z' };
const ALONE = 20;
const SUBSCRIBED = 160;
const WARMING = 400;
const EVENTS_ALONE = 200;
const EVENTS_8 = 3_000;
const EVENTS_64 = 8_000;
const BATCHES = 60;
const BATCH_EVENTS = 1_000;
const RUN_CUSTOMERS = 1_000;
const RUN_EVENTS = 20;
const RUN = { customers: RUN_CUSTOMERS, events: RUN_EVENTS };
const READS = 2_000;
const READERS = 40;
/** Each customer has the invoice of its start and one of each of four months by then. */
const READ_AT = '2024-07-01T00:30:00Z';
const READ_INVOICES = 5;
const IDLE_MS = 10_000;
/** Postgres counts what a connection did when that rests for ten seconds, and vacuums after much work. */
const SETTLED_MS = 20_000;

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
  const client = clientsOf(system);
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

/** A customer with a subscription, its first invoice included. */
async function subscribing(tenant) {
  // Until compilers have seen what is hot: before, a third of the processor time is theirs.
  await atOnce(CLIENTS, WARMING, () => subscribe(tenant));
  const alone = await timed(ALONE, () => subscribe(tenant));
  const perSecond = await profiler.profiled('customers', () =>
    atOnce(CLIENTS, SUBSCRIBED, () => subscribe(tenant)),
  );
  return { customers_per_s: perSecond, customer_ms: alone };
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

/**
 * From the clock's advance to the last final invoice of a period that ends for many at once, and until all that follows is
 * done: each is charged, fails for want of a payment method, and its subscription is past due. A tenant like it has had its
 * run before, for the compilers: a third of the processor time of a process' first run is theirs.
 */
async function periodEnd(system, client) {
  await advance(await customersWithUsage(system, client, RUN), ENDS.to);
  const tenant = await customersWithUsage(system, client, RUN);
  const seconds = await profiler.profiled('run', () => finalised(tenant, ENDS));
  const open = await tenant.ask(READ, { id: tenant.customers[0] });
  const statuses = open.customer.invoices.nodes.map(({ status }) => status);
  if (statuses.length !== 2 || statuses.includes('DRAFT')) throw new Error(JSON.stringify(open));
  return { run_per_s: RUN_CUSTOMERS / seconds.final, run_rest_per_s: RUN_CUSTOMERS / seconds.rest };
}

/** A customer with its five invoices and their lines. */
async function reading(system, client) {
  const tenant = await customersWithUsage(system, client, { customers: READERS, events: RUN_EVENTS });
  await advance(tenant, READ_AT);
  let next = 0;
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
