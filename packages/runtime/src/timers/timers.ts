import type { Instant } from '@tollgate/kernel/time/time';
import type { Database, RawTx, TenantTx } from '../database/db.js';
import { isConnectionLoss, isRetryable, messageOf } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { Loop } from '../base/loop.js';
import type { Metrics } from '../base/metrics.js';
import { newId } from '../base/new-id.js';
import { traced } from '../base/trace.js';
import { wakeTimers } from '../base/wake.js';

/** A durable appointment on the tenant's clock. The same (kind, key) twice is one timer. */
export interface Appointment {
  readonly owner: string;
  readonly kind: string;
  readonly key: string;
  readonly dueAt: Instant;
  readonly payload?: unknown;
}

/** A timer whose time has come; `dueAt` is the business time of what it does, however late it fires. */
export interface DueTimer {
  readonly key: string;
  readonly dueAt: Instant;
  readonly payload: unknown;
}

/** What to do for each kind. Runs as the tenant; effect and removal of the timers commit together. May run again. */
export type TimerHandlers = Readonly<
  Record<string, (tx: TenantTx, due: readonly DueTimer[]) => Promise<void>>
>;

/** Timers handled in one transaction: the size of a period-close batch. */
export const TIMER_BATCH_MAX = 500;
const POLL_MS = 250;
const BACKOFF_MS = 1_000;
const RETRY_BASE_S = 5;
const RETRY_MAX_S = 300;
const WEATHER_TRIES_MAX = 3;

/** Makes appointments with the transaction's next write. */
export async function schedule(tx: TenantTx, appointments: readonly Appointment[]): Promise<void> {
  if (appointments.length === 0) return;
  tx.post(SCHEDULE_SQL, [
    tx.scope.tenantId,
    appointments.map((one) => one.owner),
    appointments.map((one) => one.kind),
    appointments.map((one) => one.key),
    appointments.map((one) => one.dueAt),
    appointments.map((one) => JSON.stringify(one.payload ?? null)),
  ]);
  tx.onCommit(wakeTimers);
}

const SCHEDULE_SQL = `
  INSERT INTO {s}.timer (tenant_id, owner, kind, key, due_at, payload)
  SELECT $1, o, k, y, d, p FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::jsonb[]) AS n(o, k, y, d, p)
  ON CONFLICT DO NOTHING`;

export interface TimerParts {
  readonly db: Database;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Fires an owner's due timers, on every shard, by each tenant's own clock. Any number may run. */
export class TimerWorker extends Loop {
  constructor(
    private readonly parts: TimerParts,
    private readonly owner: string,
    private readonly handlers: TimerHandlers,
  ) {
    super('timers', BACKOFF_MS);
  }

  protected override async round(): Promise<void> {
    let fired = 0;
    for (const shard of this.parts.db.shards) fired += await this.fireDue(shard);
    if (fired === 0) await this.snooze.sleep(POLL_MS);
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ owner: this.owner, error: messageOf(error) }, 'timers failed, trying again');
  }

  /** Fires what is due on a shard now, one batch for each tenant and kind; returns how many timers. */
  async fireDue(shard: string): Promise<number> {
    const groups = await this.parts.db.read<DueGroup>(shard, DUE_GROUPS_SQL, [this.owner]);
    let fired = 0;
    for (const group of groups) {
      if (this.stopping) break;
      fired += await this.#fireGroup(shard, group);
    }
    return fired;
  }

  /** The fast way is all of an instant together; if that fails, one by one finds the culprit. */
  async #fireGroup(shard: string, group: DueGroup): Promise<number> {
    try {
      return await this.#fireWeathered(shard, group, TIMER_BATCH_MAX);
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

  async #fireOne(shard: string, group: DueGroup): Promise<'fired' | 'failed' | 'none'> {
    try {
      return (await this.#fireWeathered(shard, group, 1)) > 0 ? 'fired' : 'none';
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
  async #fireWeathered(shard: string, group: DueGroup, limit: number): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#fire(shard, group, limit);
      } catch (error) {
        if (attempt >= WEATHER_TRIES_MAX || isConnectionLoss(error) || !isRetryable(error)) throw error;
      }
    }
  }

  async #fire(shard: string, group: DueGroup, limit: number): Promise<number> {
    const handler = this.handlers[group.kind];
    const placement = await this.parts.db.locate(group.tenant_id);
    if (handler === undefined || placement?.state !== 'active') {
      // Out of the way, so that those who cannot fire never fill the list of those who can.
      await this.#postpone(shard, group, TIMER_BATCH_MAX);
      return 0;
    }
    const count = await this.parts.db.shard(shard, async (raw) => {
      if (!(await this.#lock(raw, group))) return 0;
      const due = await raw.query<TimerRow>(DUE_SQL, [this.owner, group.tenant_id, group.kind, limit]);
      if (due.length === 0) return 0;
      // Removed first, so that a handler may make the next appointment under the same key.
      await raw.query('DELETE FROM {s}.timer WHERE id = ANY($1)', [due.map((row) => row.id)]);
      const cause = `timer:${group.kind}`;
      const scope = { tenantId: group.tenant_id, actor: 'system', correlation: newId('evt'), cause };
      await this.parts.db.asTenant(raw, placement, scope, (tx) =>
        traced(`timer ${this.owner}.${group.kind}`, { correlation: scope.correlation }, () =>
          handler(tx, due.map(dueTimer)),
        ),
      );
      return due.length;
    });
    const labels = { owner: this.owner, kind: group.kind, outcome: 'fired' };
    if (count > 0) this.parts.metrics.timersFired.inc(labels, count);
    return count;
  }

  async #lock(raw: RawTx, group: DueGroup): Promise<boolean> {
    const [taken] = await raw.query<{ ok: boolean }>(
      'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS ok',
      [`timers/${this.owner}/${group.kind}/${group.tenant_id}`],
    );
    return taken?.ok === true;
  }

  /** A timer that fails waits, longer each time, so that it does not starve the others; it is never dropped. */
  async #postpone(shard: string, group: DueGroup, limit: number): Promise<number> {
    const rows = await this.parts.db.shard(shard, (tx) =>
      tx.query(POSTPONE_SQL, [this.owner, group.tenant_id, group.kind, limit, RETRY_BASE_S, RETRY_MAX_S]),
    );
    return rows.length;
  }
}

interface DueGroup {
  tenant_id: string;
  kind: string;
}

interface TimerRow {
  id: bigint;
  key: string;
  due_at: Instant;
  payload: unknown;
}

function dueTimer(row: TimerRow): DueTimer {
  return { key: row.key, dueAt: row.due_at, payload: row.payload };
}

/** Tenants on the system's clock by the index on the due time; the few with a clock of their own by tenant. */
const DUE_GROUPS_SQL = `
  SELECT tenant_id, kind, min(due_at) AS due FROM (
    SELECT t.tenant_id, t.kind, t.due_at FROM {s}.timer t
    WHERE t.owner = $1 AND t.due_at <= now() AND t.retry_at <= now()
      AND NOT EXISTS (SELECT FROM {s}.tenant_clock c WHERE c.tenant_id = t.tenant_id)
    UNION ALL
    SELECT t.tenant_id, t.kind, t.due_at FROM {s}.tenant_clock c JOIN {s}.timer t USING (tenant_id)
    WHERE t.owner = $1 AND t.due_at <= c.now_at AND t.retry_at <= now()) due
  GROUP BY 1, 2 ORDER BY 3, 1, 2 LIMIT 200`;

const DUE_OF_GROUP = `
  SELECT t.id, t.key, t.due_at, t.payload FROM {s}.timer t
  WHERE t.owner = $1 AND t.tenant_id = $2 AND t.kind = $3 AND t.retry_at <= clock_timestamp()
    AND t.due_at <= coalesce((SELECT now_at FROM {s}.tenant_clock c WHERE c.tenant_id = $2), clock_timestamp())`;

/** Only timers of the earliest instant go together, so that a clock that jumps passes every instant in order. */
const DUE_SQL = `
  WITH due AS (${DUE_OF_GROUP})
  SELECT * FROM due WHERE due_at = (SELECT min(due_at) FROM due) ORDER BY key LIMIT $4`;

const POSTPONE_SQL = `
  WITH due AS (${DUE_OF_GROUP})
  UPDATE {s}.timer t
  SET retry_at = clock_timestamp() + make_interval(secs => least($5::float8 * 2 ^ least(attempts, 20), $6::float8)),
      attempts = attempts + 1
  WHERE t.id IN (SELECT id FROM due ORDER BY due_at, key LIMIT $4) RETURNING t.id`;
