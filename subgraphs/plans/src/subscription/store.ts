import type { Id } from '@tollgate/kernel/id';
import type { Instant, LocalDate } from '@tollgate/kernel/time/time';
import type { Page } from '@tollgate/runtime/graphql/connection';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { readStreams } from '@tollgate/runtime/journal/journal';
import { assert } from '@tollgate/kernel/assert';
import {
  billedMeters,
  fold,
  isOpen,
  type Neighbour,
  type SubscriptionEvent,
  type SubscriptionState,
} from './domain/subscription.js';
import type { Viewer } from '../catalogue/store.js';

/** A subscription as queries see it: computed from its stream, and from nothing else. */
export interface SubscriptionRow {
  readonly id: Id<'sub'>;
  readonly customer_id: Id<'cus'>;
  readonly plan_id: Id<'pln'>;
  readonly plan_version_id: Id<'plv'>;
  readonly status: 'SCHEDULED' | 'ACTIVE' | 'CANCELLING' | 'ENDED';
  readonly currency: string;
  readonly time_zone: string;
  readonly starts_on: LocalDate;
  /** The open period's, or the last one's; null where it never started. */
  readonly period_index: number | null;
  readonly period_from: Instant | null;
  readonly period_to: Instant | null;
  readonly cancel_at: Instant | null;
  readonly ended_at: Instant | null;
  readonly meter_ids: readonly string[];
  /** Version of the stream it was computed from. */
  readonly revision: number;
}

/** A stream, folded. */
export interface Loaded {
  readonly version: number;
  readonly state: SubscriptionState;
}

/** Subscriptions that one customer has at most in an answer. */
export const CUSTOMER_SUBSCRIPTIONS_MAX = 200;
const DRIFT_CHUNK_ROWS = 500;

/** Subscriptions by id; those without a stream are missing. */
export async function loadSubscriptions(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Loaded>> {
  const histories = await readStreams<SubscriptionEvent>(tx, ids);
  return new Map([...histories].map(([id, { version, events }]) => [id, { version, state: fold(events) }]));
}

/** The projection of a state. */
export function rowOf({ state, version }: Loaded): SubscriptionRow {
  assert(state.status !== 'none', 'only what exists has a row');
  const { terms, startsOn } = state.agreement;
  const open = isOpen(state) ? state : null;
  return {
    id: terms.subscriptionId,
    customer_id: terms.customerId,
    plan_id: terms.planId,
    plan_version_id: terms.planVersionId,
    status: STATUS[state.status],
    currency: terms.currency,
    time_zone: terms.timeZone,
    starts_on: startsOn,
    period_index: state.status === 'ended' ? state.lastIndex : (open?.index ?? null),
    period_from: open?.period.from ?? null,
    period_to: open?.period.to ?? null,
    cancel_at: state.status === 'cancelling' ? state.cancelAt : null,
    ended_at: state.status === 'ended' ? state.endedAt : null,
    meter_ids: billedMeters(state.agreement),
    revision: version,
  };
}

/** Writes rows over whatever was there, in one statement. */
export async function saveRows(tx: TenantTx, rows: readonly SubscriptionRow[]): Promise<void> {
  if (rows.length > 0) await tx.query(SAVE_SQL, [JSON.stringify(rows)]);
}

export async function subscriptionsById(
  tx: TenantTx,
  ids: readonly string[],
  viewer: Viewer,
): Promise<SubscriptionRow[]> {
  return tx.query<SubscriptionRow>(
    `SELECT * FROM {t}.plans_subscription WHERE id = ANY($1) AND ($2::text IS NULL OR customer_id = $2)`,
    [ids, viewer],
  );
}

/** Subscriptions of a customer, or of all, in the order they were made. */
export async function subscriptionPage(
  tx: TenantTx,
  page: Page,
  customerId: string | null,
): Promise<SubscriptionRow[]> {
  return tx.query<SubscriptionRow>(
    `SELECT * FROM {t}.plans_subscription
     WHERE ($1::text IS NULL OR customer_id = $1) AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3`,
    [customerId, page.after, page.limit + 1],
  );
}

/** The first subscriptions of several customers. */
export async function subscriptionsOfCustomers(
  tx: TenantTx,
  customerIds: readonly string[],
): Promise<SubscriptionRow[]> {
  return tx.query<SubscriptionRow>(
    `SELECT s.* FROM unnest($1::text[]) AS c(id) CROSS JOIN LATERAL (
       SELECT * FROM {t}.plans_subscription WHERE customer_id = c.id ORDER BY id LIMIT $2) s`,
    [customerIds, CUSTOMER_SUBSCRIPTIONS_MAX],
  );
}

/** A customer's subscriptions that ever started or still will, with the meters they bill. */
export async function neighboursOf(tx: TenantTx, customerId: string): Promise<Neighbour[]> {
  return tx.query<Neighbour>(NEIGHBOURS_SQL, [customerId]);
}

/** Ids of subscriptions whose row is not what their stream says, or is missing, or has no stream. */
export async function driftedRows(tx: TenantTx): Promise<string[]> {
  const streams = await tx.query<{ stream: string }>(
    `SELECT stream FROM {t}.event WHERE version = 1 AND type = 'SubscriptionCreated' ORDER BY stream`,
  );
  const ids = streams.map(({ stream }) => stream);
  const drifted = (await tx.query<{ id: string }>(STREAMLESS_SQL)).map(({ id }) => id);
  for (let from = 0; from < ids.length; from += DRIFT_CHUNK_ROWS) {
    const chunk = ids.slice(from, from + DRIFT_CHUNK_ROWS);
    const rebuilt = [...(await loadSubscriptions(tx, chunk)).values()].map(rowOf);
    const rows = await tx.query<{ id: string }>(DRIFT_SQL, [JSON.stringify(rebuilt)]);
    drifted.push(...rows.map(({ id }) => id));
  }
  return drifted;
}

const STATUS = {
  scheduled: 'SCHEDULED',
  active: 'ACTIVE',
  cancelling: 'CANCELLING',
  ended: 'ENDED',
} as const;

const ROWS = `jsonb_to_recordset($1::jsonb) AS r (
  id text, customer_id text, plan_id text, plan_version_id text, status text, currency text, time_zone text,
  starts_on date, period_index int, period_from timestamptz, period_to timestamptz, cancel_at timestamptz,
  ended_at timestamptz, meter_ids text[], revision int)`;

const SAVE_SQL = `
  INSERT INTO {t}.plans_subscription (id, customer_id, plan_id, plan_version_id, status, currency, time_zone,
    starts_on, period_index, period_from, period_to, cancel_at, ended_at, meter_ids, revision)
  SELECT * FROM ${ROWS}
  ON CONFLICT (id) DO UPDATE SET status = excluded.status, period_index = excluded.period_index,
    period_from = excluded.period_from, period_to = excluded.period_to, cancel_at = excluded.cancel_at,
    ended_at = excluded.ended_at, revision = excluded.revision`;

const NEIGHBOURS_SQL = `
  SELECT id AS "subscriptionId", meter_ids AS "meterIds", coalesce(ended_at, cancel_at) AS until
  FROM {t}.plans_subscription
  WHERE customer_id = $1 AND NOT (status = 'ENDED' AND period_index IS NULL) ORDER BY id`;

const DRIFT_SQL = `
  SELECT r.id FROM ${ROWS} LEFT JOIN {t}.plans_subscription s ON s.id = r.id
  WHERE to_jsonb(r) IS DISTINCT FROM to_jsonb(s)`;

const STREAMLESS_SQL = `
  SELECT id FROM {t}.plans_subscription s
  WHERE NOT EXISTS (SELECT 1 FROM {t}.event e WHERE e.stream = s.id AND e.version = 1)`;
