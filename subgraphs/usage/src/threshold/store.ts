import type { Id } from '@tollgate/kernel/id';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { WatchedStretch, Watching } from './domain/watched.js';

/** Keeps what bills change about watched stretches, in their order, with the transaction's next write. */
export function saveWatching(tx: TenantTx, all: readonly Watching[]): void {
  const last = new Map(
    all.flatMap((one) => (one === null ? [] : [[idOf(one), merged(all, idOf(one))] as const])),
  );
  const begun = [...last.values()].flatMap(({ begin }) => begin ?? []);
  if (begun.length > 0) tx.post(WATCH_SQL, [JSON.stringify(begun.map(rowOf))]);
  const over = [...last].filter(([, { isOver }]) => isOver).map(([id]) => id);
  if (over.length > 0)
    tx.post('DELETE FROM {t}.usage_watched_stretch WHERE subscription_id = ANY($1)', [over]);
  const going = [...last].flatMap(([id, { goesOn }]) => (goesOn === null ? [] : [{ id, bill: goesOn }]));
  if (going.length > 0) tx.post(GO_ON_SQL, [going.map(({ id }) => id), going.map(({ bill }) => bill)]);
}

const WATCH_SQL = `
  INSERT INTO {t}.usage_watched_stretch
  SELECT * FROM jsonb_populate_recordset(NULL::{t}.usage_watched_stretch, $1)
  ON CONFLICT (subscription_id) DO UPDATE SET period_from = excluded.period_from, period_to = excluded.period_to,
    stretch_from = excluded.stretch_from, bill = excluded.bill, steps = excluded.steps`;

const GO_ON_SQL = `
  UPDATE {t}.usage_watched_stretch w SET bill = g.bill FROM unnest($1::text[], $2::int[]) AS g(id, bill)
  WHERE w.subscription_id = g.id`;

interface Merged {
  readonly begin: WatchedStretch | null;
  readonly isOver: boolean;
  readonly goesOn: number | null;
}

/** What several bills of a subscription come to. */
function merged(all: readonly Watching[], id: string): Merged {
  let result: Merged = { begin: null, isOver: false, goesOn: null };
  for (const one of all) {
    if (one === null || idOf(one) !== id) continue;
    if (one.kind === 'begin') result = { begin: one.stretch, isOver: false, goesOn: null };
    else if (one.kind === 'end') result = { begin: null, isOver: true, goesOn: null };
    else if (result.begin !== null) result = { ...result, begin: { ...result.begin, bill: one.bill } };
    else if (!result.isOver) result = { ...result, goesOn: one.bill };
  }
  return result;
}

function idOf(one: NonNullable<Watching>): string {
  return one.kind === 'begin' ? one.stretch.subscriptionId : one.subscriptionId;
}

interface WatchedRow {
  readonly subscription_id: Id<'sub'>;
  readonly customer_id: Id<'cus'>;
  readonly period_from: Instant;
  readonly period_to: Instant;
  readonly stretch_from: Instant;
  readonly bill: number;
  readonly steps: number;
}

/** Watched stretches of customers whose totals are locked, in the order in which their subscriptions were made. */
export async function findWatched(tx: TenantTx, customerIds: readonly string[]): Promise<WatchedStretch[]> {
  const rows = await tx.query<WatchedRow>(
    'SELECT * FROM {t}.usage_watched_stretch WHERE customer_id = ANY($1) ORDER BY subscription_id',
    [customerIds],
  );
  return rows.map((row) => ({
    subscriptionId: row.subscription_id,
    customerId: row.customer_id,
    period: { from: row.period_from, to: row.period_to },
    from: row.stretch_from,
    bill: row.bill,
    steps: row.steps,
  }));
}

/** Notes how many steps were told of stretches, with the transaction's next write. */
export function saveSteps(tx: TenantTx, told: readonly WatchedStretch[]): void {
  tx.post(STEPS_SQL, [told.map((one) => one.subscriptionId), told.map(({ steps }) => steps)]);
}

const STEPS_SQL = `
  UPDATE {t}.usage_watched_stretch w SET steps = g.steps FROM unnest($1::text[], $2::int[]) AS g(id, steps)
  WHERE w.subscription_id = g.id`;

function rowOf({ subscriptionId, customerId, period, from, bill, steps }: WatchedStretch): object {
  return {
    ...{ subscription_id: subscriptionId, customer_id: customerId, bill, steps },
    ...{ period_from: period.from, period_to: period.to, stretch_from: from },
  };
}
