import type { Instant } from '@tollgate/kernel/time';
import type { Database, TenantTx } from './db.js';
import { messageOf } from './errors.js';
import type { Logger } from './log.js';
import type { Metrics } from './metrics.js';
import { newId } from './new-id.js';
import { Snooze, wakeTimers } from './wake.js';

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
const RETRY_DELAY_S = 5;

/** Makes appointments in the caller's transaction. */
export async function schedule(tx: TenantTx, appointments: readonly Appointment[]): Promise<void> {
  if (appointments.length === 0) return;
  await tx.query(SCHEDULE_SQL, [
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
export class TimerWorker {
  readonly #snooze = new Snooze('timers');
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(
    private readonly parts: TimerParts,
    private readonly owner: string,
    private readonly handlers: TimerHandlers,
  ) {}

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#snooze.close();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      let fired = 0;
      try {
        for (const shard of this.parts.db.shards) fired += await this.fireDue(shard);
      } catch (error) {
        this.parts.logger.warn({ owner: this.owner, error: messageOf(error) }, 'timers failed, trying again');
        await this.#snooze.sleep(BACKOFF_MS);
      }
      if (fired === 0) await this.#snooze.sleep(POLL_MS);
    }
  }

  /** Fires what is due on a shard now; returns how many timers. */
  async fireDue(shard: string): Promise<number> {
    const groups = await this.parts.db.shard(shard, (tx) => tx.query<DueGroup>(DUE_GROUPS_SQL, [this.owner]));
    let fired = 0;
    for (const group of groups) fired += await this.#fireGroup(shard, group);
    return fired;
  }

  async #fireGroup(shard: string, group: DueGroup): Promise<number> {
    try {
      const count = await this.#fire(shard, group);
      if (count > 0)
        this.parts.metrics.timersFired.inc({ owner: this.owner, kind: group.kind, outcome: 'fired' }, count);
      return count;
    } catch (error) {
      this.parts.metrics.timersFired.inc({ owner: this.owner, kind: group.kind, outcome: 'failed' });
      this.parts.logger.error(
        { owner: this.owner, kind: group.kind, tenant: group.tenant_id, error: messageOf(error) },
        'timer failed',
      );
      await this.#postpone(shard, group);
      return 0;
    }
  }

  async #fire(shard: string, group: DueGroup): Promise<number> {
    const handler = this.handlers[group.kind];
    const placement = await this.parts.db.locate(group.tenant_id);
    if (handler === undefined || placement === null || placement.state !== 'active') return 0;
    return this.parts.db.shard(shard, async (raw) => {
      const lock = `timers/${this.owner}/${group.kind}/${group.tenant_id}`;
      const [taken] = await raw.query<{ ok: boolean }>(
        'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS ok',
        [lock],
      );
      if (taken?.ok !== true) return 0;
      const due = await raw.query<TimerRow>(DUE_SQL, [
        this.owner,
        group.tenant_id,
        group.kind,
        TIMER_BATCH_MAX,
      ]);
      if (due.length === 0) return 0;
      const scope = {
        tenantId: group.tenant_id,
        actor: 'system',
        correlation: newId('evt'),
        cause: `timer:${group.kind}`,
      };
      await this.parts.db.asTenant(raw, placement, scope, (tx) => handler(tx, due.map(dueTimer)));
      await raw.query('DELETE FROM {s}.timer WHERE id = ANY($1)', [due.map((row) => row.id)]);
      return due.length;
    });
  }

  /** A timer that fails waits a little, so that it does not starve the others; it is never dropped. */
  async #postpone(shard: string, group: DueGroup): Promise<void> {
    await this.parts.db.shard(shard, (tx) =>
      tx.query(POSTPONE_SQL, [this.owner, group.tenant_id, group.kind, RETRY_DELAY_S]),
    );
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

const IS_DUE = `
  t.owner = $1 AND t.retry_at <= clock_timestamp() AND t.due_at <= coalesce(c.now_at, clock_timestamp())`;

const DUE_GROUPS_SQL = `
  SELECT t.tenant_id, t.kind, min(t.due_at) AS due
  FROM {s}.timer t LEFT JOIN {s}.tenant_clock c USING (tenant_id)
  WHERE ${IS_DUE} GROUP BY 1, 2 ORDER BY 3 LIMIT 200`;

/** Only timers of the earliest instant go together, so that a clock that jumps passes every instant in order. */
const DUE_SQL = `
  WITH due AS (
    SELECT t.id, t.key, t.due_at, t.payload FROM {s}.timer t LEFT JOIN {s}.tenant_clock c USING (tenant_id)
    WHERE ${IS_DUE} AND t.tenant_id = $2 AND t.kind = $3)
  SELECT * FROM due WHERE due_at = (SELECT min(due_at) FROM due) ORDER BY key LIMIT $4`;

const POSTPONE_SQL = `
  UPDATE {s}.timer t SET retry_at = clock_timestamp() + make_interval(secs => $4), attempts = attempts + 1
  WHERE t.owner = $1 AND t.tenant_id = $2 AND t.kind = $3 AND t.retry_at <= clock_timestamp()
    AND t.due_at <= coalesce((SELECT now_at FROM {s}.tenant_clock c WHERE c.tenant_id = t.tenant_id), clock_timestamp())`;
