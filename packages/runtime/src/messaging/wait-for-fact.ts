import type { EventContract } from '@tollgate/contracts/event';
import type { Database, Scope } from '../database/db.js';
import { Retryable } from '../base/errors.js';

/** A fact of another context that a command needs: of which event, about which aggregates, for whose copy. */
export interface Needed {
  readonly db: Database;
  readonly scope: Scope;
  /** Name of the consumer that keeps the copy. */
  readonly consumer: string;
  readonly contract: Pick<EventContract, 'type'>;
  readonly aggregates: readonly string[];
  /** How long to wait for a consumer that is behind; default 10 s. */
  readonly withinMs?: number;
}

/** A consumer that is so far behind has a problem; the caller hears that, and not that what it created is unknown. */
export const CATCH_UP_MAX_MS = 10_000;
export const CATCH_UP_POLL_MS = 15;

/**
 * Reads a copy of another context's facts until it has an answer, or until nothing more is on its way: null then
 * means unknown, and not "not yet". Throws `Retryable` where the consumer does not catch up within 10 s. Call outside
 * of a transaction.
 */
export async function eventually<T>(needed: Needed, read: () => Promise<T | null>): Promise<T | null> {
  const first = await read();
  if (first !== null) return first;
  const deadline = performance.now() + (needed.withinMs ?? CATCH_UP_MAX_MS);
  for (;;) {
    // Asked before reading: what is applied between the two is then seen by the read.
    const more = await isOnItsWay(needed);
    const found = await read();
    if (found !== null || !more) return found;
    if (performance.now() >= deadline) throw new Retryable(`${needed.consumer} has not caught up yet`);
    await new Promise((resolve) => setTimeout(resolve, CATCH_UP_POLL_MS));
  }
}

/** Whether the outbox holds a message about one of them that the consumer has neither applied nor given up on. */
export async function isOnItsWay({
  db,
  scope,
  consumer,
  contract,
  aggregates,
}: Omit<Needed, 'withinMs'>): Promise<boolean> {
  const placement = await db.locate(scope.tenantId);
  if (placement === null) return false;
  const keys = aggregates.map((aggregate) => `${scope.tenantId}:${aggregate}`);
  const [row] = await db.read<{ more: boolean }>(placement.shard, ON_ITS_WAY_SQL, [
    keys,
    contract.type,
    consumer,
  ]);
  return row?.more === true;
}

const ON_ITS_WAY_SQL = `
  SELECT EXISTS (
    SELECT FROM {s}.outbox o
    WHERE o.key = ANY($1) AND o.envelope::jsonb ->> 'type' = $2
      AND NOT EXISTS (SELECT FROM {s}.inbox i WHERE i.consumer = $3 AND i.message_id = o.message_id)
      AND NOT EXISTS (SELECT FROM {s}.dead_letter d WHERE d.consumer = $3 AND d.message_id = o.message_id AND d.replay_requested_at IS NULL)) AS more`;
