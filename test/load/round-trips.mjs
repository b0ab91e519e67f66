// Counts round trips, statements and transactions, from a command until everything it causes is quiet.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { install, labelled, quietSince, taken, watch } from './driver-counter.mjs';
import { grown } from './grown.mjs';
import { MUTATIONS, QUERIES } from './round-trips-steps.mjs';
import { call, command, ROOT, sleep } from './system.mjs';

/** The first round fills caches; of the others the cheapest counts: two messages that miss one batch cost a transaction more. */
const ROUNDS = 3;
/** Where something seems to cost more than it did: so often at most, for chance spares nobody for ever, and a cost does. */
const ROUNDS_MAX = 12;
const ASKS = 3;
const QUIET_MS = 150;
/** Around what nobody counts any more. */
const SHORT_MS = 40;
const SETTLED_MS = 600;
const QUIET_POLL_MS = 5;
/** A query causes nothing after its answer. */
const ANSWERED_MS = 20;
const QUIET_MAX_MS = 20_000;
const NEVER_MS = 600_000;
/** Polls this rare are no consequence of anything: what a commit causes is woken, not polled for. */
const IDLE_POLL_MIN_MS = 100;

/**
 * `{ mutations, queries, messages }`: counts by name, exact for one client on a quiet system. With `kept`, it stops as soon
 * as nothing costs more than kept, and goes on for longer where something does.
 */
export async function countRoundTrips(kept) {
  install();
  const system = await startHere();
  const counted = { mutations: {}, queries: {}, messages: {} };
  try {
    await play(system, { counted: undefined, isCounted: () => false });
    for (let round = 1; !enough(round, counted, kept); round += 1)
      await play(system, { counted, isCounted: isOpen(round, counted, kept) });
    return counted;
  } finally {
    await system.stop();
  }
}

function enough(rounds, counted, kept) {
  if (kept === undefined) return rounds >= ROUNDS;
  const isCheap = () => Object.keys(counted).every((kind) => grown(counted[kind], kept[kind]).length === 0);
  return rounds >= ROUNDS_MAX || (rounds > 1 && isCheap());
}

/** The first time everything is counted; then what seems to cost more than it did, where that is known. */
function isOpen(round, counted, kept) {
  if (round === 1 || kept === undefined) return () => true;
  const messages = grown(counted.messages, kept.messages).length > 0;
  const open = grown(counted.mutations, kept.mutations);
  return (label) => messages || open.some((line) => line.startsWith(`${label}: `));
}

/** The whole system in this process, whose idle polls wait for ever. */
async function startHere() {
  const file = (path) => import(join(ROOT, path));
  const { Notifier } = await file('packages/runtime/dist/base/notifier.js');
  const { SharedReader } = await file('packages/runtime/dist/messaging/shared-reader.js');
  withoutIdlePolls(Notifier.prototype);
  withLabels(SharedReader.prototype);
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  const { readLocalConfig } = await file('apps/all-in-one/dist/config.js');
  const { startSystem } = await file('apps/all-in-one/dist/system.js');
  const { demoStaffToken } = await file('apps/all-in-one/dist/demo-credentials.js');
  const environment = { ...process.env, TOLLGATE_DATA: dataDir, PORT: '0', LOG_LEVEL: 'warn' };
  const system = await startSystem(readLocalConfig(environment));
  return {
    graphqlUrl: `${system.url}/graphql`,
    staffToken: await demoStaffToken(system.secrets.staffDev),
    async stop() {
      await system.stop();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function withoutIdlePolls(prototype) {
  const { sleep: rest } = prototype;
  prototype.sleep = function rested(ms) {
    return rest.call(this, ms >= IDLE_POLL_MIN_MS ? NEVER_MS : ms);
  };
}

/** A message that comes alone is counted with what all its consumers do about it. */
function withLabels(prototype) {
  const { applyGroup } = prototype;
  prototype.applyGroup = function counted(group, ...others) {
    const name = group.records.length === 1 ? group.messages[0]?.type : undefined;
    return labelled(name, () => applyGroup.call(this, group, ...others));
  };
}

/** One tenant's life; the counts of each step that is still counted go to `counted`, if there is one. */
async function play(system, { counted, isCounted }) {
  const known = { later: undefined };
  watch(
    (name, counts) => name !== undefined && counted !== undefined && keep(counted.messages, name, counts),
  );
  for (const step of MUTATIONS) {
    if (step.find !== undefined) await find(system, step, known);
    else await carryOut(system, step, known, isCounted(step.label ?? step.name) ? counted : undefined);
  }
  watch(undefined);
  // Webhooks of the last payments arrive when the provider likes.
  await quiet(SETTLED_MS);
  if (counted !== undefined) await askAll(system, known, counted);
}

/** Asking causes nothing, so each is asked some times: what else goes on then does not meet all of them. */
async function askAll(system, known, counted) {
  for (const [name, query] of Object.entries(QUERIES)) {
    for (let time = 0; time < ASKS; time += 1) {
      taken();
      await call(system.graphqlUrl, known.backend, filled(query, known));
      await quiet(ANSWERED_MS);
      keep(counted.queries, name, taken());
    }
  }
}

async function carryOut(system, step, known, counted) {
  const { name, label = name, as, fields, setup } = step;
  const restMs = counted === undefined || setup === true ? SHORT_MS : QUIET_MS;
  await quiet(restMs);
  taken();
  const [wanted, asked] = [
    fields.split(' ')[0],
    fields.slice(fields.indexOf('{') + 1, fields.lastIndexOf('}')),
  ];
  const token = as === 'staff' ? system.staffToken : known.backend;
  const answer = await command(system.graphqlUrl, token, name, wanted, asked, filled(step.input, known));
  await quiet(restMs);
  if (counted !== undefined && setup !== true) keep(counted.mutations, label, taken());
  for (const [key, path] of Object.entries(step.keep ?? {})) known[key] = at(answer, path);
  if (known.now !== undefined && known.later === undefined) known.later = monthAfter(known.now);
}

/** On a busy machine it may look quiet before the invoice is there. */
async function find(system, { find: query, status, of, keep: name }, known) {
  const deadline = performance.now() + QUIET_MAX_MS;
  for (;;) {
    const { customer } = await call(system.graphqlUrl, known.backend, filled(query, known));
    const found = customer.invoices.nodes.find((invoice) => invoice.status === status);
    const kept = of === undefined ? found : found?.[of];
    if (kept) {
      known[name] = kept.id;
      return;
    }
    if (performance.now() > deadline) throw new Error(`no ${status} invoice for ${name}`);
    await quiet();
  }
}

/** The cheapest of what was seen. */
function keep(counts, name, seen) {
  const best = counts[name];
  const isCheaper = best === undefined || seen.roundTrips < best.roundTrips;
  if (isCheaper || (seen.roundTrips === best.roundTrips && seen.statements < best.statements)) {
    counts[name] = { ...seen };
  }
}

/** `$name` in texts becomes what is known under the name. */
function filled(value, known) {
  const text = JSON.stringify(value).replace(/\$(\w+)/g, (whole, name) => known[name] ?? whole);
  return JSON.parse(text);
}

const at = (value, path) => path.split('.').reduce((inner, key) => inner[key], value);

/** Beyond the end of the first month, and of no day that a month lacks. */
function monthAfter(now) {
  const date = new Date(now);
  date.setUTCMonth(date.getUTCMonth() + 1);
  date.setUTCDate(date.getUTCDate() + 1);
  return date.toISOString();
}

async function quiet(restMs = QUIET_MS) {
  const deadline = performance.now() + QUIET_MAX_MS;
  while (performance.now() - quietSince() < restMs) {
    if (performance.now() > deadline) throw new Error('it does not come to rest');
    await sleep(QUIET_POLL_MS);
  }
}
