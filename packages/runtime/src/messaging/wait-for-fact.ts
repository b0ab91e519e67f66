import type { EventContract } from '@tollgate/contracts/event';
import type { Database, Scope } from '../database/db.js';
import { factsOf, NOTHING, type OnTheWay } from './facts-on-their-way.js';

/** A fact of another context that a command needs: of which event, about which aggregates, for whose copy. */
export interface Fact {
  /** Name of the consumer that keeps the copy. */
  readonly consumer: string;
  readonly contract: Pick<EventContract, 'type'>;
  readonly aggregates: readonly string[];
}

/** Where the facts are, and since when somebody waits for them (`performance.now()`). */
export interface Waiting {
  readonly db: Database;
  readonly scope: Scope;
  readonly sinceMs: number;
  /** How long to wait for a consumer that is behind; default 10 s. */
  readonly withinMs?: number | undefined;
}

export interface Needed extends Fact, Omit<Waiting, 'sinceMs'> {}

/** A consumer that is so far behind has a problem; the caller hears that, and not that what it created is unknown. */
const CATCH_UP_MAX_MS = 10_000;

/**
 * Reads a copy of another context's facts until it has an answer, or until nothing more is on its way: null then
 * means unknown, and not "not yet". Throws `Retryable` where the consumer does not catch up within 10 s. Call outside
 * of a transaction.
 */
export async function eventually<T>(needed: Needed, read: () => Promise<T | null>): Promise<T | null> {
  const first = await read();
  if (first !== null) return first;
  const waiting = { ...needed, sinceMs: performance.now() };
  for (;;) {
    // Asked before reading: what is applied between the two is then seen by the read.
    const more = await movedOn(waiting, [needed]);
    const found = await read();
    if (found !== null || !more) return found;
  }
}

/**
 * Waits until all of these facts moved on, if any was on its way; answers whether more is. Throws `Retryable` where that
 * takes too long, or where too many requests of this process wait already.
 */
export async function movedOn(waiting: Waiting, facts: readonly Fact[]): Promise<boolean> {
  const placement = await waiting.db.locate(waiting.scope.tenantId);
  if (placement === null) return false;
  const watch = factsOf(waiting.db, placement.shard);
  const untilMs = waiting.sinceMs + (waiting.withinMs ?? CATCH_UP_MAX_MS);
  const next = ({ contract, consumer, aggregates }: Fact, seen: OnTheWay | undefined): Promise<OnTheWay> => {
    const keys = aggregates.map((aggregate) => `${waiting.scope.tenantId}:${aggregate}`);
    return watch.next({ type: contract.type, consumer, keys }, seen, untilMs - performance.now());
  };
  const first = await Promise.all(facts.map((fact) => next(fact, undefined)));
  if (first.every((found) => found === NOTHING)) return false;
  const after = await Promise.all(
    facts.map((fact, index) => (first[index] === NOTHING ? NOTHING : next(fact, first[index]))),
  );
  return after.some((found) => found !== NOTHING);
}
