import { instantFromMs, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Tally } from '../../aggregation/domain/tally.js';
import type { Span, Tallies } from '../domain/tallies.js';

/** A customer's stretch of time. */
export interface Stretch {
  readonly customerId: string;
  readonly period: Period;
}

/** What was counted in a period of a customer's subscriptions so far: a projection of the events. */
export interface Total extends Stretch {
  readonly tallies: Tallies;
}

/** A total that more is added to. */
export interface LockedTotal extends Total {
  /** A subscription's period was closed with it: what is added comes late. */
  readonly closed: boolean;
  /** Whether events of the customer are told as they come. */
  readonly watched: boolean;
  /** Whether what the customer's usage comes to is bounded, and whether it is stopped in this period. */
  readonly capped: boolean;
  readonly stopped: boolean;
  /** Whether the tenant wants to be told of what the customer uses. */
  readonly alerted: boolean;
}

type LockedRow = TotalRow & Pick<LockedTotal, 'closed' | 'watched' | 'capped' | 'stopped' | 'alerted'>;

interface TotalRow {
  customer_id: string;
  period_from: Instant;
  period_to: Instant;
  tallies: Readonly<Record<string, StoredTally>>;
}

/** A tally as its row has it: the texts of `unique_count` are rows of their own. */
export type StoredTally = Tally extends infer T ? (T extends Tally ? Omit<T, 'texts'> : never) : never;

/** The totals of the periods that may hold some of the events, for this transaction to add to. */
export async function lockTotals(tx: TenantTx, spans: readonly Span[]): Promise<LockedTotal[]> {
  if (spans.length === 0) return [];
  const rows = await tx.query<LockedRow>(LOCK_SQL, [
    spans.map((span) => span.customerId),
    spans.map((span) => instantFromMs(span.fromMs)),
    spans.map((span) => instantFromMs(span.toMs)),
  ]);
  return rows.map((row) => {
    const { closed, watched, capped, stopped, alerted } = row;
    return { ...totalOf(row), closed, watched, capped, stopped, alerted };
  });
}

const LOCK_SQL = `
  SELECT t.customer_id, t.period_from, t.period_to, t.tallies, EXISTS (
    SELECT FROM {t}.usage_period_close c WHERE c.customer_id = t.customer_id
      AND c.period_to = t.period_to AND c.period_from = t.period_from) AS closed, EXISTS (
    SELECT FROM {t}.usage_watched_stretch s WHERE s.customer_id = t.customer_id) AS watched, EXISTS (
    SELECT FROM {t}.usage_spend_cap s WHERE s.customer_id = t.customer_id AND s.removed_at IS NULL) AS capped, EXISTS (
    SELECT FROM {t}.usage_spend_reached r WHERE r.customer_id = t.customer_id AND r.stops
      AND r.period_from = t.period_from AND r.period_to = t.period_to) AS stopped, EXISTS (
    SELECT FROM {t}.usage_alert a WHERE a.archived_at IS NULL
      AND (a.customer_id IS NULL OR a.customer_id = t.customer_id)) AS alerted
  FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS g(customer_id, first, last)
  JOIN {t}.usage_period_total t ON t.customer_id = g.customer_id COLLATE "C"
    AND t.period_to > g.first AND t.period_from <= g.last
  ORDER BY 1, 2, 3 FOR UPDATE OF t`;

/** Totals of exactly these stretches; there are none for those that no period was opened for. */
export async function readTotals(tx: TenantTx, stretches: readonly Stretch[]): Promise<Total[]> {
  const rows = await tx.query<TotalRow>(READ_SQL, [JSON.stringify(stretches.map(keyOf))]);
  return rows.map(totalOf);
}

const KEY_COLUMNS = 'customer_id text, period_from timestamptz, period_to timestamptz';

const READ_SQL = `
  SELECT t.* FROM (SELECT DISTINCT * FROM jsonb_to_recordset($1) AS g(${KEY_COLUMNS})) g
  JOIN {t}.usage_period_total t ON t.customer_id = g.customer_id COLLATE "C"
    AND t.period_from = g.period_from AND t.period_to = g.period_to`;

/** Keeps what was added to totals that are there, with the transaction's next write. */
export function saveTotals(tx: TenantTx, totals: readonly Total[]): void {
  if (totals.length > 0) tx.post(SAVE_SQL, [JSON.stringify(totals.map(rowOf))]);
}

const SAVE_SQL = `
  UPDATE {t}.usage_period_total t SET tallies = n.tallies
  FROM jsonb_to_recordset($1) AS n(${KEY_COLUMNS}, tallies jsonb)
  WHERE t.customer_id = n.customer_id COLLATE "C" AND t.period_from = n.period_from AND t.period_to = n.period_to`;

/** Opens totals; those that are there stay. */
export function insertTotals(tx: TenantTx, totals: readonly Total[]): void {
  tx.post(INSERT_SQL, [JSON.stringify(totals.map(rowOf))]);
}

const INSERT_SQL = `
  INSERT INTO {t}.usage_period_total (customer_id, period_from, period_to, tallies)
  SELECT * FROM jsonb_to_recordset($1) AS n(${KEY_COLUMNS}, tallies jsonb) ON CONFLICT DO NOTHING`;

/** A text that a meter met in a period, by its digest: a text may be longer than an index takes. */
export interface MetText extends Stretch {
  readonly meterId: string;
  readonly digest: string;
}

/** Keeps texts; returns those that were not there before. */
export async function insertTexts(tx: TenantTx, texts: readonly MetText[]): Promise<MetText[]> {
  if (texts.length === 0) return [];
  const given = texts.map((text) => ({ ...keyOf(text), meter_id: text.meterId, digest: text.digest }));
  const rows = await tx.query<Omit<TotalRow, 'tallies'> & { meter_id: string; digest: string }>(TEXTS_SQL, [
    JSON.stringify(given),
  ]);
  return rows.map((row) => ({ ...stretchOf(row), meterId: row.meter_id, digest: row.digest }));
}

const TEXTS_SQL = `
  INSERT INTO {t}.usage_period_text (customer_id, period_from, period_to, meter_id, digest)
  SELECT * FROM jsonb_to_recordset($1) AS n(${KEY_COLUMNS}, meter_id text, digest text)
  ON CONFLICT DO NOTHING RETURNING *`;

/** Forgets the texts that meters met in periods, which are to be counted again. */
export function forgetTexts(tx: TenantTx, periods: readonly Stretch[], meterIds: readonly string[]): void {
  tx.post(FORGET_SQL, [JSON.stringify(periods.map(keyOf)), meterIds]);
}

const FORGET_SQL = `
  DELETE FROM {t}.usage_period_text x USING jsonb_to_recordset($1) AS g(${KEY_COLUMNS})
  WHERE x.customer_id = g.customer_id COLLATE "C" AND x.period_from = g.period_from AND x.period_to = g.period_to
    AND x.meter_id = ANY($2)`;

function totalOf(row: TotalRow): Total {
  return { ...stretchOf(row), tallies: talliesOf(row.tallies) };
}

/** Tallies as their column has them. */
export function talliesOf(stored: Readonly<Record<string, StoredTally>>): Tallies {
  return new Map(Object.entries(stored).map(([meterId, tally]) => [meterId, tallyFrom(tally)]));
}

function tallyFrom(stored: StoredTally): Tally {
  return stored.type === 'unique_count' ? { ...stored, texts: new Set() } : stored;
}

function stretchOf(row: Omit<TotalRow, 'tallies'>): Stretch {
  return { customerId: row.customer_id, period: { from: row.period_from, to: row.period_to } };
}

function keyOf({ customerId, period }: Stretch) {
  return { customer_id: customerId, period_from: period.from, period_to: period.to };
}

function rowOf(total: Total): object {
  return { ...keyOf(total), tallies: Object.fromEntries([...total.tallies].map(storedOf)) };
}

function storedOf([meterId, tally]: readonly [string, Tally]): [string, StoredTally] {
  if (tally.type !== 'unique_count') return [meterId, tally];
  const { texts: _texts, ...stored } = tally;
  return [meterId, stored];
}
