import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Progress } from '../domain/progress.js';

/** A stretch of a subscription. */
export interface StretchKey {
  readonly subscriptionId: string;
  readonly from: Instant;
}

/** What was billed of stretches before they were over, by `progressKey`; those of which nothing was told are missing. */
export async function findProgress(
  tx: TenantTx,
  stretches: readonly StretchKey[],
): Promise<ReadonlyMap<string, Progress>> {
  if (stretches.length === 0) return new Map();
  const rows = await tx.query<ProgressRow>(FIND_SQL, [
    stretches.map(({ subscriptionId }) => subscriptionId),
    stretches.map(({ from }) => from),
  ]);
  return new Map(
    rows.map(({ subscription_id: subscriptionId, stretch_from: from, progress }) => [
      progressKey({ subscriptionId, from }),
      decodeJson(progress) as Progress,
    ]),
  );
}

const FIND_SQL = `
  SELECT p.* FROM unnest($1::text[], $2::timestamptz[]) AS g(id, since)
  JOIN {t}.invoices_progress p ON p.subscription_id = g.id COLLATE "C" AND p.stretch_from = g.since`;

interface ProgressRow {
  readonly subscription_id: string;
  readonly stretch_from: Instant;
  /** What `saveProgress` wrote. */
  readonly progress: JsonValue;
}

/** A stretch as a key of a map. */
export function progressKey({ subscriptionId, from }: StretchKey): string {
  return `${subscriptionId} ${from}`;
}

/** Keeps how far a stretch has come, with the transaction's next write. */
export function saveProgress(tx: TenantTx, { subscriptionId, from }: StretchKey, progress: Progress): void {
  tx.post(SAVE_SQL, [subscriptionId, from, JSON.stringify(encodeJson(progress))]);
}

const SAVE_SQL = `
  INSERT INTO {t}.invoices_progress (subscription_id, stretch_from, progress) VALUES ($1, $2, $3::jsonb)
  ON CONFLICT (subscription_id, stretch_from) DO UPDATE SET progress = excluded.progress`;

/** What usage of the stretches of a subscription that are over came to, as it is billed, drafts and void invoices included. */
export async function lifetimeUsage(tx: TenantTx, subscriptionId: string): Promise<bigint> {
  const [row] = await tx.query<{ minor: string }>(LIFETIME_SQL, [subscriptionId]);
  return BigInt(row?.minor ?? '0');
}

const LIFETIME_SQL = `
  SELECT coalesce(sum((l.line -> 'amountMinor' ->> '$bigint')::numeric), 0)::text AS minor
  FROM {t}.invoices_invoice i CROSS JOIN LATERAL jsonb_array_elements((i.state -> 'lines')::jsonb) AS l(line)
  WHERE (i.subscription_id = $1 OR i.joint_ids @> ARRAY[$1]) AND i.origin <> 'threshold'
    AND l.line ->> 'kind' IN ('usage', 'late') AND l.line ->> 'subscriptionId' = $1`;
