// Counts what this process asks Postgres for, at the driver: round trips, statements and transactions; and apart from
// them the looks of background workers that found out whether there is something to do.
import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';

/** What a part of the work cost. */
function nothing() {
  return { roundTrips: 0, statements: 0, transactions: 0, looks: 0 };
}

const work = new AsyncLocalStorage();
let total = nothing();
let lastAt = performance.now();
let watched;

/** Counts everything from now on; a query belongs to the `labelled` work that it was asked from, if there is one. */
export function install() {
  const query = pg.Client.prototype.query;
  pg.Client.prototype.query = function counted(...args) {
    const [first] = args;
    const text = typeof first === 'string' ? first : first.text;
    count(this, text);
    const last = args.length - 1;
    if (typeof args[last] === 'function') {
      const callback = args[last];
      args[last] = (...answer) => {
        answered(this);
        return callback(...answer);
      };
      return query.apply(this, args);
    }
    const running = query.apply(this, args);
    const settled = () => answered(this);
    running.then(settled, settled);
    return running;
  };
}

/** Runs work whose queries are also counted under its name. */
export function labelled(name, run) {
  const counts = nothing();
  return work.run(counts, async () => {
    try {
      return await run();
    } finally {
      watched?.(name, counts);
    }
  });
}

/** Hears of each piece of labelled work that ended. */
export function watch(listener) {
  watched = listener;
}

/** What was counted since the last call. */
export function taken() {
  const counts = total;
  total = nothing();
  return counts;
}

/** When the last query was asked or answered, in ms of `performance.now()`. */
export function lastQueryAt() {
  return lastAt;
}

/** Outside of a transaction only background workers read or claim what a shard has for them, or list tenants by state. */
const LOOK = /\bshard\.|FROM control\.tenant WHERE \(?state/;
const OPEN = Symbol('statements without an answer');
const INSIDE = Symbol('in a transaction');

function count(client, text) {
  const parts = text
    .split(';')
    .map((part) => part.trim().toUpperCase())
    .filter((part) => part !== '');
  // A body in quotes may have semicolons of its own; only what is sent without parameters is several statements.
  const statements = /^\s*(BEGIN|COMMIT|ROLLBACK|SET|RESET)/i.test(text) ? parts.length : 1;
  const isTrip = (client[OPEN] ?? 0) === 0;
  const opens = client[INSIDE] !== true;
  if (parts[0]?.startsWith('BEGIN')) client[INSIDE] = true;
  if (/^(COMMIT|ROLLBACK)(?! TO)/.test(parts.at(-1) ?? '')) client[INSIDE] = false;
  client[OPEN] = (client[OPEN] ?? 0) + 1;
  lastAt = performance.now();
  const isLook = opens && client[INSIDE] !== true && LOOK.test(text);
  for (const counts of [total, work.getStore()]) {
    if (counts === undefined) continue;
    if (isLook) {
      counts.looks += 1;
      continue;
    }
    counts.statements += statements;
    if (isTrip) counts.roundTrips += 1;
    if (opens) counts.transactions += 1;
  }
}

function answered(client) {
  client[OPEN] -= 1;
  lastAt = performance.now();
}
