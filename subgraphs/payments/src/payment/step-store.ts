import type { Queryable } from '@tollgate/runtime/database/db';

/** Steps are timers of real time in the shard's queue. They are not fired by the timer worker, which holds a transaction. */
export const STEP_OWNER = 'payments';
export const STEP_KIND = 'step';

export interface ClaimedStep {
  readonly id: bigint;
  readonly tenant_id: string;
  readonly attempts: number;
  readonly payload: { readonly paymentId: string; readonly version: number; readonly correlation: string };
}

/** Takes due steps for a while: nobody else does them until the lease is over. Real time, not the test clock. */
export async function claimSteps(raw: Queryable, limit: number, leaseS: number): Promise<ClaimedStep[]> {
  return raw.query<ClaimedStep>(CLAIM_SQL, [STEP_OWNER, STEP_KIND, limit, leaseS]);
}

const CLAIM_SQL = `
  UPDATE {s}.timer SET retry_at = clock_timestamp() + make_interval(secs => $4), attempts = attempts + 1
  WHERE id IN (
    SELECT id FROM {s}.timer
    WHERE owner = $1 AND kind = $2 AND due_at <= clock_timestamp() AND retry_at <= clock_timestamp()
    ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
  RETURNING id, tenant_id, attempts, payload`;

/** Keeps a step that is being done; never shortens the time it was put off for. */
export async function renewStep(raw: Queryable, id: bigint, leaseS: number): Promise<void> {
  await raw.query(
    `UPDATE {s}.timer SET retry_at = greatest(retry_at, clock_timestamp() + make_interval(secs => $2)) WHERE id = $1`,
    [id, leaseS],
  );
}

export async function dropStep(raw: Queryable, id: bigint): Promise<void> {
  await raw.query('DELETE FROM {s}.timer WHERE id = $1', [id]);
}

export async function postponeStep(raw: Queryable, id: bigint, seconds: number): Promise<void> {
  await raw.query(
    'UPDATE {s}.timer SET retry_at = clock_timestamp() + make_interval(secs => $2) WHERE id = $1',
    [id, seconds],
  );
}
