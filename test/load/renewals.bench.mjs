// Subscriptions that all renew at one instant: from the clock's advance to the last final invoice, and until its charge and
// what follows are done as well, with the events, taxes, ledgers and messages that any of them has. `--profile` says what the process spends its time on meanwhile.
import { clientsOf, customersWithUsage, finalised } from './billing.mjs';
import { openProfiler } from './profiler.mjs';
import { startSystem } from './system.mjs';

const SUBSCRIPTIONS = 10_000;
const EVENTS = 1;
/** Usage may come for an hour after the end of a period; then its invoice is final. */
const ENDS = { closesAt: '2024-04-01T01:00:00Z', to: '2024-04-01T01:30:00Z' };
const FINAL = `query Final($after: String) {
  invoices(first: 100, after: $after, status: OPEN, created: { from: "2024-04-01T00:00:00Z" }) {
    nodes { id } pageInfo { endCursor hasNextPage }
  }
}`;

/** `per_s`: final invoices a second; `rest_per_s`: until all was at rest. */
export async function bench({ subscriptions = Number(process.env.RENEWALS ?? SUBSCRIPTIONS) } = {}) {
  const inspected = process.argv.includes('--profile');
  const system = await startSystem({ inspected });
  const profiler = inspected ? await openProfiler(system.inspectorUrl) : NO_PROFILER;
  const client = clientsOf(system);
  try {
    const tenant = await customersWithUsage(system, client, { customers: subscriptions, events: EVENTS });
    const { final: seconds, rest } = await profiler.profiled('renewals', () => finalised(tenant, ENDS));
    const count = await countFinal(tenant);
    if (count !== subscriptions) throw new Error(`${count} of ${subscriptions} invoices are final`);
    return { per_s: subscriptions / seconds, rest_per_s: subscriptions / rest, seconds };
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
