// Round trips, statements and transactions of every mutation, the main queries and every consumed event, until quiet.
// `--write` keeps them in round-trips.json, against which a test compares.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './system.mjs';

/** Chance meetings make a run cheaper, never dearer: what is kept is the dearest of so many. */
const WRITING_RUNS = 3;

export async function bench() {
  const counted = sorted(process.argv.includes('--write') ? dearest(WRITING_RUNS) : count());
  for (const [kind, counts] of Object.entries(counted)) {
    console.log(kind);
    for (const [name, { roundTrips, statements, transactions }] of Object.entries(counts))
      console.log(
        `  ${name}: ${roundTrips} round trips, ${statements} statements, ${transactions} transactions`,
      );
  }
  if (process.argv.includes('--write'))
    writeFileSync(join(ROOT, 'test/load/round-trips.json'), `${JSON.stringify(counted, null, 2)}\n`);
  const { createSubscription, createCustomer, reportUsage } = counted.mutations;
  const unpaid = counted.mutations['createSubscription, no payment method'];
  return {
    usage_transactions: reportUsage.transactions,
    usage_round_trips: reportUsage.roundTrips,
    unpaid_transactions: createCustomer.transactions + unpaid.transactions,
    subscription_transactions: createCustomer.transactions + createSubscription.transactions,
    subscription_round_trips: createCustomer.roundTrips + createSubscription.roundTrips,
    customer_with_invoices_round_trips: counted.queries.customerWithInvoices.roundTrips,
  };
}

function sorted(counted) {
  const byName = (counts) => Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Object.fromEntries(Object.entries(counted).map(([kind, counts]) => [kind, byName(counts)]));
}

/** A process of its own, for counting changes the driver. */
function count() {
  const output = execFileSync(process.execPath, ['test/load/count-round-trips.mjs'], { cwd: ROOT });
  return JSON.parse(output.toString().trim().split('\n').at(-1));
}

function dearest(runs) {
  const all = Array.from({ length: runs }, count);
  const kinds = Object.keys(all[0]);
  return Object.fromEntries(kinds.map((kind) => [kind, dearestOf(all.map((counted) => counted[kind]))]));
}

function dearestOf(runs) {
  const names = [...new Set(runs.flatMap((counts) => Object.keys(counts)))];
  const most = (name, what) => Math.max(...runs.map((counts) => counts[name]?.[what] ?? 0));
  const countsOf = (name) =>
    Object.fromEntries(
      ['roundTrips', 'statements', 'transactions', 'looks'].map((what) => [what, most(name, what)]),
    );
  return Object.fromEntries(names.map((name) => [name, countsOf(name)]));
}
