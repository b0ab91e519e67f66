import type { Instant } from '@tollgate/kernel/time/time';
import type { Database, Placement, Queryable } from '../database/db.js';

/** A sandbox's clock as its row says it. */
export interface ClockRow {
  readonly now: Instant;
  /** Where it is on its way to; null where it stands. */
  readonly target: Instant | null;
}

/** What keeps a clock where it is. */
export interface ClockWait {
  /** There are messages that a consumer has not taken yet. */
  readonly messages: boolean;
  /** There are timers that are due: appointments, and calls of payment providers. */
  readonly timers: boolean;
  /** What will not end by itself soon, in words; null where everything goes its way. */
  readonly trouble: string | null;
}

export interface ClockState extends ClockRow {
  readonly wait: ClockWait;
}

/** Starts a sandbox's clock; one that is there already is left alone. */
export async function startClock(raw: Queryable, tenantId: string, now: Instant): Promise<void> {
  await raw.query('INSERT INTO {s}.tenant_clock (tenant_id, now_at) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    tenantId,
    now,
  ]);
}

/** The test clocks of these tenants, by tenant; one without a test clock is missing. */
export async function clocksOf(raw: Queryable, ids: readonly string[]): Promise<Map<string, Instant>> {
  const rows = await raw.query<{ tenant_id: string; now_at: Instant }>(
    'SELECT tenant_id, now_at FROM {s}.tenant_clock WHERE tenant_id = ANY($1)',
    [ids],
  );
  return new Map(rows.map((row) => [row.tenant_id, row.now_at]));
}

/** A clock that nobody else sends on its way until the transaction ends; null where it was never started. */
export async function clockForUpdate(raw: Queryable, tenantId: string): Promise<ClockRow | null> {
  const [row] = await raw.query<ClockRow>(
    'SELECT now_at AS now, target_at AS target FROM {s}.tenant_clock WHERE tenant_id = $1 FOR UPDATE',
    [tenantId],
  );
  return row ?? null;
}

/** Sends a clock on its way; one that is on its way already goes further. */
export async function aimClock(raw: Queryable, tenantId: string, target: Instant): Promise<void> {
  await raw.query(
    `UPDATE {s}.tenant_clock SET target_at = $2, moved_at = clock_timestamp()
     WHERE tenant_id = $1 AND now_at <= $2 AND (target_at IS NULL OR target_at <= $2)`,
    [tenantId, target],
  );
}

/** A clock, and what keeps it where it is; null where there is none. */
export async function clockState(
  db: Database,
  { shard, tenantId }: Pick<Placement, 'shard' | 'tenantId'>,
): Promise<ClockState | null> {
  const [row] = await db.read<ClockStateRow>(shard, STATE_SQL, [tenantId, FAILURES_MIN, PATIENCE_S]);
  if (row === undefined) return null;
  const { now, target, messages, timers } = row;
  return { now, target, wait: { messages, timers, trouble: troubleOf(row) } };
}

interface ClockStateRow extends ClockRow {
  readonly messages: boolean;
  readonly timers: boolean;
  readonly letter: string | null;
  readonly failing: string | null;
  readonly overdue: string | null;
  readonly idle: boolean;
}

/** Failures of one thing before it counts as trouble: the first ones are over in seconds. */
const FAILURES_MIN = 4;
/** So long nothing of a tenant waits for somebody who is there. */
const PATIENCE_S = 60;

function troubleOf({ letter, failing, overdue, idle, messages, timers }: ClockStateRow): string | null {
  if (letter !== null) return letter;
  if (failing !== null) return failing;
  if (overdue !== null) return overdue;
  return idle && !messages && timers ? `Nobody has taken a timer for ${PATIENCE_S} s.` : null;
}

/** No timer has failed so often before: of a clock that moved a moment ago they need not be gone through. */
const TROUBLE_AFTER_S = 1;

const STATE_SQL = `
  SELECT c.now_at AS now, c.target_at AS target, s.idle,
    EXISTS (SELECT FROM {s}.clock_pending p WHERE p.tenant_id = $1) AS messages,
    EXISTS (SELECT FROM {s}.timer t WHERE t.tenant_id = $1 AND NOT t.background AND t.due_at <= c.now_at) AS timers,
    (SELECT format('Consumer %s fails with a message (tries: %s): %s', d.consumer, d.attempts, d.error)
     FROM {s}.dead_letter d WHERE d.tenant_id = $1 AND (d.replay_requested_at IS NULL OR d.attempts >= $2)
       AND (SELECT true FROM {s}.clock_pending p
         WHERE p.tenant_id = $1 AND p.message_id = d.message_id AND p.consumer = d.consumer LIMIT 1) LIMIT 1) AS letter,
    CASE WHEN s.stands THEN (
      SELECT format('Timer %s of %s was tried %s times.', t.kind, t.owner, t.attempts) FROM {s}.timer t
      WHERE t.tenant_id = $1 AND NOT t.background AND t.due_at <= c.now_at AND t.attempts >= $2 LIMIT 1) END AS failing,
    CASE WHEN s.idle THEN (
      SELECT format('Consumer %s has not taken a message for %s s.', p.consumer, $3::int) FROM {s}.clock_pending p
      WHERE p.tenant_id = $1 AND p.since < clock_timestamp() - make_interval(secs => $3::int) LIMIT 1) END AS overdue
  FROM {s}.tenant_clock c CROSS JOIN LATERAL (
    SELECT c.moved_at < clock_timestamp() - make_interval(secs => $3::int) AS idle,
      c.moved_at < clock_timestamp() - make_interval(secs => ${TROUBLE_AFTER_S}) AS stands) s
  WHERE c.tenant_id = $1`;
