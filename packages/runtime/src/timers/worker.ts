import type { Instant } from '@tollgate/kernel/time/time';
import type { Database } from '../database/db.js';
import { postTryLock } from '../database/lock.js';
import { isConnectionLoss, isRetryable, messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { Loop, type Sentry } from '../base/loop.js';
import type { Metrics } from '../base/metrics.js';
import { newId } from '../base/new-id.js';
import { traced } from '../base/trace.js';
import { wakeWalkingClocks } from '../base/wake.js';
import { isAlone, lookFor } from '../database/lookout.js';
import {
  DUE_GROUPS_SQL,
  postponeSql,
  TAKE_OF_TURN_SQL,
  takeDueSql,
  whenDue,
  type DueGroup,
  type DueRow,
} from './due.js';
import { TIMER_BATCH_MAX, type DueTimer, type TimerHandlers } from './timers.js';

/** While a test clock is on its way: it may be moved by another process, which wakes nobody here. */
const HURRY_POLL_MS = 10;
const BACKOFF_MS = 1_000;
const RETRY_BASE_S = 5;
const RETRY_MAX_S = 300;
const TRANSIENT_TRIES_MAX = 3;

export interface TimerParts {
  readonly db: Database;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Fires an owner's due timers, on every shard, by each tenant's own clock. Any number may run. */
export class TimerWorker extends Loop {
  #hurry = false;

  constructor(
    private readonly parts: TimerParts,
    private readonly owner: string,
    private readonly handlers: TimerHandlers,
  ) {
    super('timers', BACKOFF_MS, [owner]);
  }

  protected override sentry(): Sentry {
    return lookFor(this.parts.db, whenDue(this.owner));
  }

  protected override async round(): Promise<void> {
    let fired = 0;
    this.#hurry = false;
    for (const shard of this.parts.db.shards) fired += await this.fireDue(shard);
    if (fired > 0) return;
    const hurries = this.#hurry && !isAlone(this.parts.db);
    await (hurries ? this.notifier.sleep(HURRY_POLL_MS) : this.notifier.rest());
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ owner: this.owner, error: messageOf(error) }, 'timers failed, trying again');
  }

  /** Fires what is due on a shard now, one batch for each tenant and kind; returns how many timers. */
  async fireDue(shard: string): Promise<number> {
    const rows = await this.parts.db.read<DueRow>(shard, DUE_GROUPS_SQL, [this.owner]);
    if (rows[0]?.hurry === true) this.#hurry = true;
    let fired = 0;
    for (const { tenant_id, kind, walking } of rows) {
      if (tenant_id === null) break;
      const group = { tenant_id, kind, walking };
      if (this.stopping) break;
      fired += await this.#fireGroup(shard, group);
    }
    return fired;
  }

  /** The fast way is all of an instant together; if that fails, one by one finds the culprit. */
  async #fireGroup(shard: string, group: DueGroup): Promise<number> {
    try {
      const { count, rest } = await this.#firePatiently(shard, group, TIMER_BATCH_MAX);
      return count + (await this.#fireRest(shard, group, rest));
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
    }
    let fired = 0;
    for (let tries = 0; tries < TIMER_BATCH_MAX && !this.stopping; tries += 1) {
      const count = await this.#fireOne(shard, group);
      if (count === 'none') break;
      if (count === 'fired') fired += 1;
    }
    return fired;
  }

  /** What else is of the turn, while others are at what the first have caused. */
  async #fireRest(shard: string, group: DueGroup, rest: readonly bigint[]): Promise<number> {
    let fired = 0;
    for (let from = 0; from < rest.length && !this.stopping; from += TIMER_BATCH_MAX) {
      const { count } = await this.#firePatiently(shard, group, rest.slice(from, from + TIMER_BATCH_MAX));
      fired += count;
    }
    return fired;
  }

  async #fireOne(shard: string, group: DueGroup): Promise<'fired' | 'failed' | 'none'> {
    try {
      return (await this.#firePatiently(shard, group, 1)).count > 0 ? 'fired' : 'none';
    } catch (error) {
      if (isConnectionLoss(error)) throw error;
      this.parts.metrics.timersFired.inc({ owner: this.owner, kind: group.kind, outcome: 'failed' });
      this.parts.logger.error(
        { owner: this.owner, kind: group.kind, tenant: group.tenant_id, error: messageOf(error) },
        'timer failed',
      );
      return (await this.#postpone(shard, group, 1)) > 0 ? 'failed' : 'none';
    }
  }

  /** A conflict with another writer is over at the next try. */
  async #firePatiently(shard: string, group: DueGroup, which: Which): Promise<Fired> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#fire(shard, group, which);
      } catch (error) {
        if (attempt >= TRANSIENT_TRIES_MAX || isConnectionLoss(error) || !isRetryable(error)) throw error;
      }
    }
  }

  async #fire(shard: string, group: DueGroup, which: Which): Promise<Fired> {
    const handler = this.handlers[group.kind];
    const placement = await this.parts.db.locate(group.tenant_id);
    if (handler === undefined || placement?.state !== 'active') {
      // Out of the way, so that those who cannot fire never fill the list of those who can.
      await this.#postpone(shard, group, TIMER_BATCH_MAX);
      return NONE;
    }
    const fired = await this.parts.db.shard(shard, async (raw) => {
      postTryLock(raw, 'timers', `${this.owner}/${group.kind}/${group.tenant_id}`);
      const sql = typeof which === 'number' ? takeDueSql(group) : TAKE_OF_TURN_SQL;
      const due = await raw.query<TimerRow>(sql, [this.owner, group.tenant_id, group.kind, which]);
      if (due.length === 0) return NONE;
      const cause = `timer:${group.kind}`;
      const scope = { tenantId: group.tenant_id, actor: 'system', correlation: newId('evt'), cause };
      const span = {
        name: `timer ${this.owner}.${group.kind}`,
        attributes: { correlation: scope.correlation },
      };
      await this.parts.db.asTenant(raw, { placement, scope }, (tx) =>
        traced(span, () => handler(tx, due.map(dueTimer))),
      );
      if (placement.sandbox) raw.onCommit(wakeWalkingClocks);
      return { count: due.length, rest: due[0]?.rest ?? [] };
    });
    const labels = { owner: this.owner, kind: group.kind, outcome: 'fired' };
    if (fired.count > 0) this.parts.metrics.timersFired.inc(labels, fired.count);
    return fired;
  }

  /** A timer that fails waits, longer each time, so that it does not starve the others; it is never dropped. */
  async #postpone(shard: string, group: DueGroup, limit: number): Promise<number> {
    const rows = await this.parts.db.shard(shard, (tx) =>
      tx.query(postponeSql(group), [
        this.owner,
        group.tenant_id,
        group.kind,
        limit,
        RETRY_BASE_S,
        RETRY_MAX_S,
      ]),
    );
    return rows.length;
  }
}

/** So many of those that are due, or these. */
type Which = number | readonly bigint[];

interface Fired {
  readonly count: number;
  /** Others of the same turn. */
  readonly rest: readonly bigint[];
}

const NONE: Fired = { count: 0, rest: [] };

interface TimerRow {
  key: string;
  due_at: Instant;
  payload: unknown;
  rest: readonly bigint[] | null;
}

function dueTimer(row: TimerRow): DueTimer {
  return { key: row.key, dueAt: row.due_at, payload: row.payload };
}
