import { Retryable } from '../base/errors.js';
import { Notifier } from '../base/notifier.js';
import { bell } from '../base/wake.js';
import type { Database, Queryable } from '../database/db.js';
import { PerShard } from '../database/per-shard.js';

/** A fact is looked for this often at first, then ever less often. */
const LOOK_MS = 15;
/** So soon after the last look, where a consumer of this process has applied something since. */
const APPLIED_MS = 2;
const LOOK_MAX_MS = 500;
const LOOK_GROWTH = 1.5;
/** Facts in one look. */
const LOOK_FACTS_MAX = 200;
/** Of one process, at one shard; more are turned away at once. */
export const WAITING_MAX = 1_000;

/** Messages of one type about these keys, which a consumer is to apply. */
export interface AwaitedFact {
  readonly type: string;
  readonly consumer: string;
  readonly keys: readonly string[];
}

/** How many messages are on their way and which is the oldest; `NOTHING` when none is. */
export type OnTheWay = string;
export const NOTHING: OnTheWay = '0/0';

interface Waiter {
  readonly seen: OnTheWay | undefined;
  /** Looks that began before it came say nothing to it. */
  readonly cameAfter: number;
  readonly timer: NodeJS.Timeout;
  resolve(found: OnTheWay): void;
  reject(error: unknown): void;
}

interface Watched {
  readonly fact: AwaitedFact;
  readonly waiters: Set<Waiter>;
  waitMs: number;
  lookedAtMs: number;
  dueAtMs: number;
}

/** Looks for a shard's facts on behalf of all who wait: one look at a time, each fact once, however many wait for it. */
export class FactsOnTheirWay {
  readonly #watched = new Map<string, Watched>();
  #looks = 0;
  #waiting = 0;
  #notifier: Notifier | undefined;
  /** A consumer of this process has applied something since the last look. */
  #applied = false;

  constructor(private readonly shard: Queryable) {}

  /**
   * What is on its way, as soon as that is something else than `seen`; at once where nothing was seen yet. Throws
   * `Retryable` when the time is up or too many wait.
   */
  next(fact: AwaitedFact, seen: OnTheWay | undefined, withinMs: number): Promise<OnTheWay> {
    if (this.#waiting >= WAITING_MAX)
      return Promise.reject(new Retryable('too many requests wait for consumers to catch up'));
    const watched = this.#watch(fact);
    return new Promise<OnTheWay>((resolve, reject) => {
      const late = (): void =>
        this.#leave(watched, waiter, () => reject(new Retryable(`${fact.consumer} has not caught up yet`)));
      const waiter: Waiter = {
        seen,
        cameAfter: this.#looks,
        timer: setTimeout(late, Math.max(withinMs, 0)),
        resolve,
        reject,
      };
      watched.waiters.add(waiter);
      this.#waiting += 1;
      this.#hurry(watched);
      if (this.#notifier === undefined) void this.#run();
      else this.#notifier.wake();
    });
  }

  #watch(fact: AwaitedFact): Watched {
    const name = nameOf(fact);
    const known = this.#watched.get(name);
    if (known !== undefined) return known;
    const made = { fact, waiters: new Set<Waiter>(), waitMs: LOOK_MS, lookedAtMs: 0, dueAtMs: 0 };
    this.#watched.set(name, made);
    return made;
  }

  #hurry(watched: Watched, restMs = LOOK_MS): void {
    watched.dueAtMs = Math.min(watched.dueAtMs, watched.lookedAtMs + restMs);
  }

  async #run(): Promise<void> {
    const notifier = new Notifier('facts');
    const applied = (): void => void (this.#applied = true);
    bell.on('facts', applied);
    this.#notifier = notifier;
    while (this.#watched.size > 0) {
      const nowMs = performance.now();
      const due = [...this.#watched.values()].filter(({ dueAtMs }) => dueAtMs <= nowMs);
      if (due.length > 0) {
        await this.#look(due.slice(0, LOOK_FACTS_MAX));
        continue;
      }
      const nextMs = Math.min(...[...this.#watched.values()].map(({ dueAtMs }) => dueAtMs));
      await notifier.sleep(Math.max(nextMs - nowMs, 1));
      if (this.#applied) for (const watched of this.#watched.values()) this.#hurry(watched, APPLIED_MS);
      this.#applied = false;
    }
    bell.off('facts', applied);
    notifier.close();
    this.#notifier = undefined;
  }

  async #look(due: readonly Watched[]): Promise<void> {
    const look = (this.#looks += 1);
    try {
      const facts = JSON.stringify(due.map(({ fact }) => fact));
      const rows = await this.shard.query<{ found: OnTheWay }>(ON_THEIR_WAY_SQL, [facts]);
      due.forEach((watched, index) => this.#tell(watched, look, rows[index]?.found ?? NOTHING));
    } catch (error) {
      for (const { watched, waiter } of due.flatMap(everyWaiter))
        this.#leave(watched, waiter, () => waiter.reject(error));
    }
  }

  #tell(watched: Watched, look: number, found: OnTheWay): void {
    for (const waiter of [...watched.waiters]) {
      if (waiter.cameAfter >= look || (found !== NOTHING && found === waiter.seen)) continue;
      this.#leave(watched, waiter, () => waiter.resolve(found));
    }
    watched.lookedAtMs = performance.now();
    const late = [...watched.waiters].some(({ cameAfter }) => cameAfter >= look);
    watched.dueAtMs = watched.lookedAtMs + (late ? LOOK_MS : watched.waitMs);
    watched.waitMs = Math.min(watched.waitMs * LOOK_GROWTH, LOOK_MAX_MS);
  }

  #leave(watched: Watched, waiter: Waiter, tell: () => void): void {
    clearTimeout(waiter.timer);
    if (!watched.waiters.delete(waiter)) return;
    this.#waiting -= 1;
    if (watched.waiters.size === 0) this.#watched.delete(nameOf(watched.fact));
    tell();
  }
}

function nameOf({ type, consumer, keys }: AwaitedFact): string {
  return [type, consumer, ...keys].join(' ');
}

function everyWaiter(watched: Watched): { watched: Watched; waiter: Waiter }[] {
  return [...watched.waiters].map((waiter) => ({ watched, waiter }));
}

const watches = new PerShard((db, shard) => new FactsOnTheirWay(db.single(shard)));

/** The one watch of this process over a shard. */
export function factsOf(db: Database, shard: string): FactsOnTheirWay {
  return watches.of(db, shard);
}

/**
 * Messages that the consumer has neither applied nor given up on, one row for each fact, in order. Asked one by one, by the
 * whole key: joined, all that a consumer ever applied would be gone through where the plan was made when that was little.
 */
const ON_THEIR_WAY_SQL = `
  SELECT count(o.id) || '/' || coalesce(min(o.id), 0) AS found
  FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS f(fact, n)
  LEFT JOIN LATERAL (
    SELECT o.id FROM {s}.outbox o
    WHERE o.key = ANY(ARRAY(SELECT jsonb_array_elements_text(f.fact -> 'keys')))
      AND o.envelope::jsonb ->> 'type' = f.fact ->> 'type'
      AND (SELECT true FROM {s}.inbox i
           WHERE i.consumer = f.fact ->> 'consumer' AND i.message_id = o.message_id) IS NULL
      AND (SELECT true FROM {s}.dead_letter d WHERE d.consumer = f.fact ->> 'consumer'
           AND d.message_id = o.message_id AND d.replay_requested_at IS NULL) IS NULL) o ON true
  GROUP BY f.n ORDER BY f.n`;
