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
/** Queries without an answer. */
let waiting = 0;
let watched;

/** Counts everything from now on; a query belongs to the `labelled` work that it was asked from, if there is one. */
export function install() {
  const query = pg.Client.prototype.query;
  pg.Client.prototype.query = function counted(...args) {
    const [first] = args;
    count(this, textsOf(first));
    const last = args.length - 1;
    if (typeof first.callback === 'function') {
      first.callback = told(this, first.callback);
      return query.apply(this, args);
    }
    if (typeof args[last] === 'function') {
      args[last] = told(this, args[last]);
      return query.apply(this, args);
    }
    const running = query.apply(this, args);
    const settled = () => answered(this);
    running.then(settled, settled);
    return running;
  };
}

function told(client, callback) {
  return (...answer) => {
    answered(client);
    return callback(...answer);
  };
}

/** A batch knows its statements; a text of the simple protocol may be several. */
function textsOf(query) {
  if (query.texts !== undefined) return query.texts;
  const text = typeof query === 'string' ? query : query.text;
  // A body in quotes may have semicolons of its own.
  if (!/^\s*(BEGIN|COMMIT|ROLLBACK|SET|RESET)/i.test(text)) return [text];
  return text.split(';').filter((part) => part.trim() !== '');
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

/** Since when, in ms of `performance.now()`, no query was asked, answered or waited for. */
export function quietSince() {
  return waiting > 0 ? performance.now() : lastAt;
}

/** Outside of a transaction only background workers read or claim what a shard has for them, or list tenants by state. */
const LOOK = /\bshard\.|FROM control\.tenant WHERE \(?state/;
const OPEN = Symbol('statements without an answer');
const INSIDE = Symbol('in a transaction');

function count(client, texts) {
  const isTrip = (client[OPEN] ?? 0) === 0;
  const opens = client[INSIDE] !== true;
  for (const text of texts) {
    if (/^\s*BEGIN/i.test(text)) client[INSIDE] = true;
    if (/^\s*(COMMIT|ROLLBACK)(?! TO)/i.test(text)) client[INSIDE] = false;
  }
  client[OPEN] = (client[OPEN] ?? 0) + 1;
  waiting += 1;
  lastAt = performance.now();
  const isLook = opens && client[INSIDE] !== true && LOOK.test(texts.join('\n')) && texts.length === 1;
  for (const counts of [total, work.getStore()]) {
    if (counts === undefined) continue;
    if (isLook) {
      counts.looks += 1;
      continue;
    }
    counts.statements += texts.length;
    if (isTrip) counts.roundTrips += 1;
    if (opens) counts.transactions += 1;
  }
}

function answered(client) {
  client[OPEN] -= 1;
  waiting -= 1;
  lastAt = performance.now();
}
