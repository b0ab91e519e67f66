import { LOCKED } from '../database/lock.js';
import type { Question } from '../database/lookout.js';

/** A tenant's timers of one kind, some of which are due. */
export interface DueGroup {
  readonly tenant_id: string;
  readonly kind: string;
  /** Its test clock is on its way: timers fire in turn, and when everything else is at rest. */
  readonly walking: boolean;
}

/** What a test clock waits for, and where it goes next: timers on the tenant's clock. */
const ON_THE_CLOCK = 'NOT t.background AND t.tenant_id = c.tenant_id';

/** Timers on the system's clock. Those that an earlier release made do not say that they have a clock of their own. */
export const BY_SYSTEM = `NOT t.own_clock
  AND (t.background OR NOT EXISTS (SELECT FROM {s}.tenant_clock c WHERE c.tenant_id = t.tenant_id))`;

/**
 * The instant and rank whose turn it is, once all messages of the tenant are taken. Whether they are is asked once, in a
 * select of its own: as an anti-join it were asked again for every timer that is due.
 */
const TURN = `
  SELECT t.due_at, t.rank FROM {s}.timer t
  WHERE ${ON_THE_CLOCK} AND t.due_at <= c.now_at
    AND (SELECT true FROM {s}.clock_pending p WHERE p.tenant_id = c.tenant_id LIMIT 1) IS NULL
  ORDER BY t.due_at, t.rank LIMIT 1`;

/** A row of the groups; without a tenant where there is no group, for one row always comes. */
export interface DueRow extends Omit<DueGroup, 'tenant_id'> {
  readonly tenant_id: string | null;
  /** A clock of this shard is on its way. */
  readonly hurry: boolean;
}

/**
 * $1 owner. Of a turn with several kinds it is the one of the least key: that timer is the first of its series, so that kinds
 * in one series cannot wait for each other. Tenants on the system's clock by the index on the due time; the few with a clock of their own one by one, and
 * one kind at a time: the others have their turn when it is done, or put off.
 */
export const DUE_GROUPS_SQL = `
  SELECT tenant_id, kind, walking, hurry
  FROM (SELECT EXISTS (SELECT FROM {s}.tenant_clock WHERE target_at IS NOT NULL) AS hurry) h LEFT JOIN (
    SELECT t.tenant_id, t.kind, false AS walking, min(t.due_at) AS due FROM {s}.timer t
    WHERE ${BY_SYSTEM} AND t.owner = $1 AND t.due_at <= now() AND t.retry_at <= now()
    GROUP BY 1, 2
    UNION ALL
    SELECT c.tenant_id, of_clock.kind, false, of_clock.due FROM {s}.tenant_clock c CROSS JOIN LATERAL (
      SELECT t.kind, t.due_at AS due FROM {s}.timer t
      WHERE ${ON_THE_CLOCK} AND t.due_at <= c.now_at AND t.owner = $1 AND t.retry_at <= now()
      ORDER BY t.due_at, t.rank LIMIT 1) of_clock
    WHERE c.target_at IS NULL
    UNION ALL
    SELECT c.tenant_id, in_turn.kind, true, turn.due_at
    FROM {s}.tenant_clock c CROSS JOIN LATERAL (${TURN}) turn CROSS JOIN LATERAL (
      SELECT t.kind FROM {s}.timer t
      WHERE ${ON_THE_CLOCK} AND t.due_at = turn.due_at AND t.rank = turn.rank AND t.owner = $1 AND t.retry_at <= now()
      ORDER BY t.key COLLATE "C" LIMIT 1) in_turn
    WHERE c.target_at IS NOT NULL) due ON true
  ORDER BY due, tenant_id, kind LIMIT 200`;

/**
 * When an owner's next timer is due. While a clock is on its way that is always: what is due then changes with what others
 * do.
 */
export function whenDue(owner: string): Question {
  return { sql: WHEN_DUE_SQL, params: () => [owner] };
}

/** Clock by clock (`OFFSET 0` keeps it so): by the owner alone all timers would be gone through, those of years to come too. */
const WHEN_DUE_SQL = `
  SELECT CASE WHEN EXISTS (SELECT FROM {s}.tenant_clock WHERE target_at IS NOT NULL) THEN clock_timestamp()
  ELSE least(
    (SELECT min(greatest(t.due_at, t.retry_at)) FROM {s}.timer t
     WHERE ${BY_SYSTEM} AND t.owner = $1
       AND t.due_at <= now() + interval '1 s' AND t.retry_at <= now() + interval '1 s'),
    (SELECT min(due.retry_at) FROM {s}.tenant_clock c CROSS JOIN LATERAL (
      SELECT t.retry_at FROM {s}.timer t
      WHERE ${ON_THE_CLOCK} AND t.due_at <= c.now_at AND t.owner = $1 AND t.retry_at <= now() + interval '1 s'
      OFFSET 0) due)) END`;

const DUE_OF_GROUP = `
  SELECT t.id, t.key, t.due_at, t.payload FROM {s}.timer t
  WHERE t.owner = $1 AND t.tenant_id = $2 AND t.kind = $3 AND t.retry_at <= clock_timestamp()
    AND NOT EXISTS (SELECT FROM {s}.tenant_clock c WHERE c.tenant_id = $2 AND c.target_at IS NOT NULL AND NOT t.background)
    AND t.due_at <= CASE WHEN t.background THEN clock_timestamp()
      ELSE coalesce((SELECT now_at FROM {s}.tenant_clock c WHERE c.tenant_id = $2), clock_timestamp()) END`;

/** Of a clock on its way: the first of each series whose turn it is. Those of other owners count for the turn. */
const DUE_IN_TURN = `
  SELECT f.id, f.key, f.due_at, f.payload FROM (
    SELECT DISTINCT ON (coalesce(t.series, t.id::text)) t.*
    FROM {s}.tenant_clock c CROSS JOIN LATERAL (${TURN}) turn
    JOIN {s}.timer t ON ${ON_THE_CLOCK} AND t.due_at = turn.due_at AND t.rank = turn.rank
    WHERE c.tenant_id = $2 AND c.target_at IS NOT NULL
    ORDER BY coalesce(t.series, t.id::text), t.key COLLATE "C", t.id) f
  WHERE f.owner = $1 AND f.kind = $3 AND f.retry_at <= clock_timestamp()`;

/** $1 owner, $2 tenant, $3 kind: what is due of a group. */
function dueOf(group: Pick<DueGroup, 'walking'>): string {
  return group.walking ? DUE_IN_TURN : DUE_OF_GROUP;
}

/** Further timers of a turn that are fired before it is another's turn. */
const TURN_MAX = 10_000;

/**
 * $4 limit. Removes what is due and gives it, if the transaction was given the lock; removed first, so that a handler may
 * make the next appointment under the same key. Only timers of the earliest instant go together, so that a clock passes
 * every instant in order. Of a turn the first row says which others are of it, too.
 */
export function takeDueSql(group: Pick<DueGroup, 'walking'>): string {
  const others = `(SELECT array_agg(id) FROM (
    SELECT id FROM due WHERE id NOT IN (SELECT id FROM first) AND ${LOCKED} ORDER BY key COLLATE "C" LIMIT ${TURN_MAX}) o)`;
  const rest = group.walking
    ? `CASE WHEN row_number() OVER (ORDER BY key COLLATE "C") = 1 THEN ${others} END`
    : 'NULL::bigint[]';
  return `
  WITH due AS (${dueOf(group)}),
    first AS (
      SELECT id FROM due WHERE due_at = (SELECT min(due_at) FROM due) AND ${LOCKED}
      ORDER BY key COLLATE "C" LIMIT $4),
    taken AS (
      DELETE FROM {s}.timer t USING first f WHERE t.id = f.id RETURNING t.key, t.due_at, t.payload)
  SELECT key, due_at, payload, ${rest} AS rest FROM taken ORDER BY key COLLATE "C"`;
}

/**
 * $1 owner, $2 tenant, $3 kind, $4 ids: the same for timers that were found to be of a turn. They are the first ones of their
 * series, so what others of the turn have caused meanwhile is nothing to them; the clock stands still while they are there.
 */
export const TAKE_OF_TURN_SQL = `
  WITH taken AS (
    DELETE FROM {s}.timer t USING {s}.tenant_clock c
    WHERE t.id = ANY($4) AND t.owner = $1 AND t.tenant_id = $2 AND t.kind = $3 AND t.retry_at <= clock_timestamp()
      AND c.tenant_id = t.tenant_id AND c.target_at IS NOT NULL AND t.due_at <= c.now_at AND ${LOCKED}
    RETURNING t.key, t.due_at, t.payload)
  SELECT key, due_at, payload, NULL::bigint[] AS rest FROM taken ORDER BY key COLLATE "C"`;

/** $4 limit, $5 first pause and $6 longest one in seconds. */
export function postponeSql(group: Pick<DueGroup, 'walking'>): string {
  return `
  WITH due AS (${dueOf(group)})
  UPDATE {s}.timer t
  SET retry_at = clock_timestamp() + make_interval(secs => least($5::float8 * 2 ^ least(attempts, 20), $6::float8)),
      attempts = attempts + 1
  WHERE t.id IN (SELECT id FROM due ORDER BY due_at, key LIMIT $4) RETURNING t.id`;
}
