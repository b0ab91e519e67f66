import type { Queryable, RawTx } from '../database/db.js';
import { wakeWalkingClocks } from '../base/wake.js';
import { BY_SYSTEM } from './due.js';

/** A timer that is worked on outside of a transaction; nobody else does it until its lease is over. */
export interface LeasedTimer {
  readonly id: bigint;
  readonly tenant_id: string;
  /** Times it was taken, this one included. */
  readonly attempts: number;
  readonly payload: unknown;
}

/** Whose timers, how many, and for how long. */
export interface Claim {
  readonly owner: string;
  readonly kind: string;
  readonly limit: number;
  readonly leaseS: number;
}

/** Takes timers that are due by their tenants' clocks, for work that must not hold a transaction open. */
export async function claimTimers(raw: Queryable, claim: Claim): Promise<LeasedTimer[]> {
  const { owner, kind, limit, leaseS } = claim;
  return raw.query<LeasedTimer>(CLAIM_SQL, [owner, kind, limit, leaseS]);
}

const CLAIM_SQL = `
  UPDATE {s}.timer SET retry_at = clock_timestamp() + make_interval(secs => $4), attempts = attempts + 1
  WHERE id IN (
    SELECT id FROM {s}.timer WHERE retry_at <= clock_timestamp() AND id IN (
      SELECT t.id FROM {s}.timer t
      WHERE ${BY_SYSTEM} AND t.owner = $1 AND t.kind = $2 AND t.due_at <= now() AND t.retry_at <= clock_timestamp()
      UNION ALL
      SELECT of_clock.id FROM {s}.tenant_clock c CROSS JOIN LATERAL (
        SELECT t.id FROM {s}.timer t
        WHERE t.tenant_id = c.tenant_id AND NOT t.background AND t.due_at <= c.now_at
          AND t.owner = $1 AND t.kind = $2 AND t.retry_at <= clock_timestamp() OFFSET 0) of_clock)
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING id, tenant_id, attempts, payload`;

/** Keeps a timer that is being worked on; never shortens the time it was put off for. */
export async function renewLease(raw: Queryable, id: bigint, leaseS: number): Promise<void> {
  await raw.query(
    `UPDATE {s}.timer SET retry_at = greatest(retry_at, clock_timestamp() + make_interval(secs => $2)) WHERE id = $1`,
    [id, leaseS],
  );
}

/** The work is done: in the transaction that records it, so that a test clock sees what came of it. */
export async function dropTimer(raw: RawTx, id: bigint): Promise<void> {
  raw.post('DELETE FROM {s}.timer WHERE id = $1', [id]);
  raw.onCommit(wakeWalkingClocks);
}

/** Puts the work off, by the system's clock. */
export async function putOffTimer(raw: Queryable, id: bigint, seconds: number): Promise<void> {
  await raw.query(
    'UPDATE {s}.timer SET retry_at = clock_timestamp() + make_interval(secs => $2) WHERE id = $1',
    [id, seconds],
  );
}
