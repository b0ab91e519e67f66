import type { Database } from '../database/db.js';
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { Loop, type Sentry } from '../base/loop.js';
import { bell, wakeTimers } from '../base/wake.js';
import { LOCKED, tryLockStatement } from '../database/lock.js';
import { isAlone, lookFor, type Question } from '../database/lookout.js';

export interface ClockParts {
  readonly db: Database;
  readonly logger: Logger;
  /** Tells the watchers of a tenant's clock to look at it. A loss is harmless: they look when they come. */
  tell(tenantId: string): Promise<void>;
}

/** While a clock is on its way among other processes: what they have done is seen this soon. */
const WALKING_POLL_MS = 10;
const BACKOFF_MS = 1_000;
const TELL_WAITING_MS = 2_000;
const CLOCKS_MAX = 1_000;

/**
 * Takes sandbox clocks to where they were sent, from one due instant to the next. At each of them everything that is
 * due, and everything that this causes in any subgraph, comes to rest before the clock goes on. It keeps nothing: what
 * rests and what comes next stands in the tables, so any number may run, and one that dies is not missed.
 */
export class ClockWorker extends Loop {
  #told = false;
  #woken = false;
  /** No clock is on its way: what others do is no reason to look. */
  #resting = false;
  #toldWaitingAtMs = 0;
  readonly #onProgress = (): void => {
    if (!this.#resting) this.notifier.wake();
  };

  constructor(private readonly parts: ClockParts) {
    super('clocks', BACKOFF_MS);
  }

  protected override sentry(): Sentry {
    return lookFor(this.parts.db, ON_THEIR_WAY);
  }

  override start(): void {
    bell.on('walking', this.#onProgress);
    super.start();
  }

  override async stop(): Promise<void> {
    bell.off('walking', this.#onProgress);
    await super.stop();
  }

  protected override async round(): Promise<void> {
    if (!this.#told) await this.#tellAll();
    let moved = false;
    const waiting: WalkingClock[] = [];
    for (const shard of this.parts.db.shards) {
      for (const clock of await this.parts.db.read<WalkingClock>(shard, WALKING_SQL)) {
        if (await this.#tend(shard, clock)) moved = true;
        else waiting.push(clock);
      }
    }
    this.#tellWaiting(waiting);
    // A clock that moved is looked at again at once: an instant may have nothing to wait for.
    this.#woken = moved || (await this.#rest(waiting.length > 0));
  }

  /** True when it was woken. */
  async #rest(walking: boolean): Promise<boolean> {
    if (walking && !isAlone(this.parts.db)) return this.notifier.sleep(WALKING_POLL_MS);
    this.#resting = !walking;
    const woken = await this.notifier.rest();
    this.#resting = false;
    return woken;
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ error: messageOf(error) }, 'test clocks could not be moved, trying again');
  }

  /** True when the clock moved, or arrived. */
  async #tend(shard: string, { tenant_id: tenantId, messages, timers }: WalkingClock): Promise<boolean> {
    if (messages) return false;
    if (timers) {
      // No message is under way any more: the next timers of this instant may have their turn.
      if (this.#woken) wakeTimers();
      return false;
    }
    if (!(await moveClock(this.parts.db, shard, tenantId))) return false;
    wakeTimers();
    this.#tell(tenantId);
    return true;
  }

  /** Whoever watches a clock that waits for long finds out why. */
  #tellWaiting(clocks: readonly WalkingClock[]): void {
    if (performance.now() - this.#toldWaitingAtMs < TELL_WAITING_MS) return;
    this.#toldWaitingAtMs = performance.now();
    for (const { tenant_id: tenantId } of clocks) this.#tell(tenantId);
  }

  /** A worker that died may have moved clocks and told nobody. */
  async #tellAll(): Promise<void> {
    for (const shard of this.parts.db.shards) {
      const clocks = await this.parts.db.read<{ tenant_id: string }>(shard, ALL_SQL);
      for (const { tenant_id: tenantId } of clocks) this.#tell(tenantId);
    }
    this.#told = true;
  }

  /** Nobody waits for it: a clock goes on whether its watchers can be reached or not. */
  #tell(tenantId: string): void {
    this.parts.tell(tenantId).catch((error: unknown) => {
      this.parts.logger.warn(
        { tenant: tenantId, error: messageOf(error) },
        'watchers of a test clock not told',
      );
    });
  }
}

interface WalkingClock {
  readonly tenant_id: string;
  readonly messages: boolean;
  readonly timers: boolean;
}

/** Where one stays on its way all bells are heard, and yet it is looked at now and then. */
const ON_THEIR_WAY: Question = {
  sql: 'SELECT clock_timestamp() FROM {s}.tenant_clock WHERE target_at IS NOT NULL LIMIT 1',
  params: () => [],
};

const ALL_SQL = `SELECT tenant_id FROM {s}.tenant_clock ORDER BY moved_at DESC LIMIT ${CLOCKS_MAX}`;

/** The first one, and no EXISTS: of that Postgres makes a table of everybody's messages, to look tenants up in. */
const MESSAGES =
  '((SELECT true FROM {s}.clock_pending p WHERE p.tenant_id = c.tenant_id LIMIT 1) IS NOT NULL)';
const TIMERS = `EXISTS (SELECT FROM {s}.timer t
  WHERE t.tenant_id = c.tenant_id AND NOT t.background AND t.due_at <= c.now_at)`;

const WALKING_SQL = `
  SELECT c.tenant_id, ${MESSAGES} AS messages, ${TIMERS} AS timers
  FROM {s}.tenant_clock c WHERE c.target_at IS NOT NULL ORDER BY c.tenant_id LIMIT ${CLOCKS_MAX}`;

/**
 * Moves a clock that is at rest to its next instant; false where it is not at rest, or somebody else is at it. What a
 * transaction does and what it causes become visible together, so a snapshot in which nothing is left to do shows rest.
 */
export async function moveClock(db: Database, shard: string, tenantId: string): Promise<boolean> {
  // Never waits: a transaction that holds the clock still may itself wait for others.
  const moved = await db.together(shard, [
    tryLockStatement('test-clock', tenantId),
    { text: MOVE_SQL, values: [tenantId] },
  ]);
  return moved.length > 0;
}

/** The target may be set further while this waits for the row: then it is not the last stretch. */
const MOVE_SQL = `
  UPDATE {s}.tenant_clock c
  SET now_at = n.at, moved_at = clock_timestamp(),
      target_at = CASE WHEN n.last AND c.target_at = n.target_at THEN NULL ELSE c.target_at END
  FROM (
    SELECT c.tenant_id, c.target_at, least(c.target_at, next.due_at) AS at,
      next.due_at IS NULL OR next.due_at > c.target_at AS last
    FROM {s}.tenant_clock c
    LEFT JOIN LATERAL (
      SELECT t.due_at FROM {s}.timer t
      WHERE t.tenant_id = c.tenant_id AND NOT t.background AND t.due_at > c.now_at
      ORDER BY t.due_at LIMIT 1) next ON true
    WHERE c.tenant_id = $1 AND c.target_at IS NOT NULL AND NOT ${MESSAGES} AND NOT ${TIMERS}
      AND ${LOCKED}) n
  WHERE c.tenant_id = n.tenant_id
  RETURNING c.tenant_id`;
