// Subscriptions that all renew at one instant: from the clock's advance to the last final invoice, with the events, taxes,
// ledgers, messages and payments that any of them has. `--profile` says what the process spends its time on meanwhile.
import { advance, clientsOf, customersWithUsage } from './billing.mjs';
import { openProfiler } from './profiler.mjs';
import { startSystem } from './system.mjs';

const SUBSCRIPTIONS = 10_000;
const EVENTS = 1;
/** Usage may come for an hour after the end of a period; then its invoice is final. */
const ALL_FINAL = '2024-04-01T01:30:00Z';
const FINAL = `query Final($after: String) {
  invoices(first: 100, after: $after, status: OPEN, created: { from: "2024-04-01T00:00:00Z" }) {
    nodes { id } pageInfo { endCursor hasNextPage }
  }
}`;

/** `per_s`: final invoices a second. */
export async function bench({ subscriptions = Number(process.env.RENEWALS ?? SUBSCRIPTIONS) } = {}) {
  const inspected = process.argv.includes('--profile');
  const system = await startSystem({ inspected });
  const profiler = inspected ? await openProfiler(system.inspectorUrl) : NO_PROFILER;
  const client = clientsOf(system);
  try {
    const tenant = await customersWithUsage(system, client, { customers: subscriptions, events: EVENTS });
    const startedAt = performance.now();
    await profiler.profiled('renewals', () => advance(tenant, ALL_FINAL));
    const seconds = (performance.now() - startedAt) / 1_000;
    const final = await countFinal(tenant);
    if (final !== subscriptions) throw new Error(`${final} of ${subscriptions} invoices are final`);
    return { per_s: subscriptions / seconds, seconds };
  } finally {
    profiler.close();
    await client.close();
    await system.stop();
  }
}

/** Without `--profile` the work is done, and nothing else. */
const NO_PROFILER = { profiled: (_name, work) => work(), close: () => undefined };

async function countFinal(tenant) {
  let count = 0;
  for (let after = null, more = true; more;) {
    const { invoices } = await tenant.ask(FINAL, { after });
    count += invoices.nodes.length;
    after = invoices.pageInfo.endCursor;
    more = invoices.pageInfo.hasNextPage;
  }
  return count;
}
