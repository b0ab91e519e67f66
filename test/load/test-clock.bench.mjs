// A year of one monthly subscription on the test clock, in one process: two instants a month (the period ends, the draft's
// time is over), each with its invoice, its payment and everything that follows. What a clock costs beyond the work of an
// instant is at most what it takes to send one on to where nothing is due: command, move, and the question whether it is there.
import { call, command, median, meteredPlan, sleep, startSystem } from './system.mjs';

const START = '2024-01-01T00:00:00Z';
const YEAR_END = '2025-01-01T12:00:00Z';
const YEARS = 5;
const ARRIVES_MAX_MS = 120_000;
const IDLE_POLL_MS = 20;
const EMPTY_ADVANCES = 200;
const HOUR_MS = 3_600_000;

const CLOCK = 'query { testClock { now target status waitsFor } }';
const INVOICES = 'query { invoices(first: 50) { nodes { status finalisedAt payments { settledAt } } } }';

export async function bench() {
  const system = await startSystem();
  try {
    const years = [];
    for (let year = 0; year < YEARS; year += 1) years.push(await yearOf(system));
    const taken = years.map((one) => one.ms);
    return {
      year_ms: median(taken),
      worst_year_ms: Math.max(...taken),
      instants: years[0].instants,
      empty_advance_ms: await emptyAdvanceMs(system),
    };
  } finally {
    await system.stop();
  }
}

async function yearOf(system) {
  const tenant = await sandbox(system);
  await subscribed(tenant);
  await advance(tenant, START);
  const startedAt = performance.now();
  await advance(tenant, YEAR_END);
  const ms = performance.now() - startedAt;
  const { nodes } = (await tenant.ask(INVOICES)).invoices;
  const paid = nodes.filter((one) => one.status === 'PAID');
  if (paid.length !== 13) throw new Error(`13 invoices are paid, not ${paid.length} of ${nodes.length}`);
  const late = paid.filter((one) => one.payments.some((payment) => payment.settledAt !== one.finalisedAt));
  if (late.length > 0) throw new Error(`${late.length} invoices were not paid at their own instant`);
  // The first invoice is due at once, every other at an instant of its own, an hour after its period's end.
  return { ms, instants: 2 * (paid.length - 1) };
}

/** The median of many, each sent on by an hour and asked for until it is there. */
async function emptyAdvanceMs(system) {
  const tenant = await sandbox(system);
  await advance(tenant, START);
  const taken = [];
  for (let hour = 1; hour <= EMPTY_ADVANCES; hour += 1) {
    const startedAt = performance.now();
    await advance(tenant, new Date(Date.parse(START) + hour * HOUR_MS).toISOString(), 0);
    taken.push(performance.now() - startedAt);
  }
  return median(taken);
}

/** Sends the clock on and waits until it is there and at rest. */
async function advance(tenant, to, pollMs = IDLE_POLL_MS) {
  await tenant.run('advanceTestClock', 'TestClockAdvanced', 'testClock { status }', { to });
  const deadline = Date.now() + ARRIVES_MAX_MS;
  for (;;) {
    const { testClock } = await tenant.ask(CLOCK);
    if (testClock.status === 'IDLE') return;
    if (Date.now() > deadline) throw new Error(`the clock did not arrive: ${JSON.stringify(testClock)}`);
    await sleep(pollMs);
  }
}

/** A sandbox tenant on which nothing happens. */
async function sandbox({ graphqlUrl, staffToken }) {
  const { apiKey } = await command(
    graphqlUrl,
    staffToken,
    'createTenant',
    'TenantCreated',
    'tenant { id } apiKey',
    {
      name: 'Bench',
      currency: 'USD',
      timeZone: 'UTC',
      country: 'US',
      sandbox: true,
      testClockAt: START,
      invoiceGraceSeconds: 3600,
    },
  );
  return {
    run: (...given) => command(graphqlUrl, apiKey, ...given),
    ask: (query) => call(graphqlUrl, apiKey, query),
  };
}

/** One customer who pays by card and subscribes to a monthly plan with a fee and usage. */
async function subscribed(tenant) {
  const planId = await meteredPlan(tenant.run, { usage: { perUnit: { unitAmount: '0.01' } } });
  const { customer } = await tenant.run('createCustomer', 'CustomerCreated', 'customer { id }', {
    name: 'Customer',
  });
  await tenant.run('addPaymentMethod', 'PaymentMethodAdded', 'paymentMethod { id }', {
    customerId: customer.id,
    provider: 'STRIPE',
    token: 'pm_card_visa',
    label: 'Visa',
  });
  await tenant.run('createSubscription', 'SubscriptionCreated', 'subscription { id }', {
    customerId: customer.id,
    planId,
  });
}
