import { TollgateClient } from '@tollgate/client/client';
import { InvoiceWatch, isSettled, queryInvoices, type Invoice } from './invoices.js';
import { customerResult, type DemoResult } from './report.js';
import {
  advanceClock,
  createCustomer,
  createPlan,
  createTenant,
  CUSTOMERS,
  firstDay,
  subscribe,
  type DemoCustomer,
} from './scenario.js';
import { streamTrace } from './stream.js';
import type { Call } from './trace.js';
import { LiveWatch, queryUsage, sameTotals, type Totals } from './usage.js';

export interface DemoRun {
  readonly operator: TollgateClient;
  readonly calls: readonly Call[];
  /** Unique per run; every idempotency key begins with it. */
  readonly run: string;
  readonly mode: 'single' | 'distributed';
  /** Seconds until the system was ready. */
  readonly ready: number;
}

const QUIET_MAX_MS = 120_000;
const SETTLE_MAX_MS = 300_000;
const POLL_MS = 100;
const RECHECK_EVERY = 50;
const DAY_MS = 86_400_000;

interface Watched {
  readonly customer: DemoCustomer;
  readonly live: LiveWatch;
  readonly invoices: InvoiceWatch;
}

/** The main job: from a new tenant to settled invoices, all of it over HTTP and WebSocket. */
export async function runDemo({ operator, calls, run, mode, ready }: DemoRun): Promise<DemoResult> {
  say('1  tenant and plan "LLM API"');
  const { apiKey } = await createTenant(operator, run, calls);
  const client = new TollgateClient(operator.graphqlUrl, apiKey);
  const planId = await createPlan(client, run);

  say(`2  ${CUSTOMERS} customers, subscribed from ${firstDay(calls)}`);
  const { watched, periodEnd } = await subscribed(client, { run, planId, startsOn: firstDay(calls) });
  const customers = watched.map(({ customer }) => customer);

  say(`3  streaming ${calls.length} events, watching the live totals`);
  const reportFrom = performance.now();
  const events = await streamTrace(client, { title: '   report', calls, customers, periodEnd });
  const report = seconds(reportFrom);
  const span = { from: `${firstDay(calls)}T00:00:00.000Z`, to: laterOf(periodEnd, calls) };
  await quiet(client, watched, span);

  say('4  sending the whole file a second time');
  const resent = await streamTrace(client, { title: '   resend', calls, customers, periodEnd });
  const usage = await quiet(client, watched, span);
  const live = watched.map((one) => ({ last: one.live.last, updates: one.live.updates }));
  for (const one of watched) one.live.stop();

  say('5  advancing the clock past the period, following the invoices');
  const settleFrom = performance.now();
  await advanceClock(
    client,
    new Date(Math.max(Date.parse(periodEnd), latestMs(calls)) + DAY_MS).toISOString(),
  );
  const invoices = await settle(client, watched, periodEnd);
  const settled = seconds(settleFrom);
  for (const one of watched) one.invoices.stop();
  await client.close();

  const results = customers.map((customer, position) =>
    customerResult(customer, {
      usage: usage[position] as Totals,
      live: live[position]?.last as Totals,
      liveUpdates: live[position]?.updates ?? 0,
      invoices: invoices[position] ?? [],
    }),
  );
  const took = { ready: round(ready), report: round(report), settled: round(settled) };
  return { mode, events, resent, customers: results, seconds: took };
}

/** The customers, each watched from before its subscription begins; and the end of their first period. */
async function subscribed(
  client: TollgateClient,
  plan: { readonly run: string; readonly planId: string; readonly startsOn: string },
): Promise<{ watched: Watched[]; periodEnd: string }> {
  const indices = Array.from({ length: CUSTOMERS }, (_, index) => index + 1);
  const customers = await Promise.all(indices.map((index) => createCustomer(client, plan.run, index)));
  const watched = customers.map((customer) => watch(client, customer));
  const ends = await Promise.all(customers.map((customer) => subscribe(client, { customer, ...plan })));
  return { watched, periodEnd: ends[0] ?? '' };
}

function watch(client: TollgateClient, customer: DemoCustomer): Watched {
  return { customer, live: new LiveWatch(client, customer), invoices: new InvoiceWatch(client, customer) };
}

/** Waits until what is pushed is what is asked for; says so when it never is. Returns what was asked for. */
async function quiet(
  client: TollgateClient,
  watched: readonly Watched[],
  span: { from: string; to: string },
): Promise<Totals[]> {
  const deadline = Date.now() + QUIET_MAX_MS;
  for (;;) {
    const usage = await Promise.all(watched.map(({ customer }) => queryUsage(client, customer, span)));
    if (watched.every(({ live }, position) => sameTotals(live.last, usage[position] as Totals))) return usage;
    if (Date.now() > deadline) {
      process.stderr.write(`live totals and queried usage still differ after ${QUIET_MAX_MS / 1_000} s\n`);
      return usage;
    }
    await pause();
  }
}

/** Follows the subscriptions until everything is settled; asks as well now and then, should a socket have been away. */
async function settle(
  client: TollgateClient,
  watched: readonly Watched[],
  periodEnd: string,
): Promise<Invoice[][]> {
  const deadline = Date.now() + SETTLE_MAX_MS;
  for (let round = 1; Date.now() < deadline; round += 1) {
    const seen = watched.every(({ invoices }) => invoices.settled(periodEnd));
    if (seen || round % RECHECK_EVERY === 0) {
      const all = await Promise.all(watched.map(({ customer }) => queryInvoices(client, customer)));
      if (all.every((invoices) => closes(invoices, periodEnd) && invoices.every(isSettled))) return all;
    }
    await pause();
  }
  process.stderr.write(`not every invoice was settled after ${SETTLE_MAX_MS / 1_000} s\n`);
  return Promise.all(watched.map(({ customer }) => queryInvoices(client, customer)));
}

function closes(invoices: readonly Invoice[], periodEnd: string): boolean {
  return invoices.some((invoice) =>
    invoice.lines.some(
      (line) => line.kind === 'USAGE' && Date.parse(line.period.to) === Date.parse(periodEnd),
    ),
  );
}

function laterOf(periodEnd: string, calls: readonly Call[]): string {
  return new Date(Math.max(Date.parse(periodEnd), latestMs(calls) + 1)).toISOString();
}

function latestMs(calls: readonly Call[]): number {
  return calls.reduce((most, call) => Math.max(most, Date.parse(call.timestamp)), 0);
}

function seconds(from: number): number {
  return (performance.now() - from) / 1_000;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
