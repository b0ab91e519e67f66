import type { Bill } from '@tollgate/contracts/plans/bill';
import type { KeptTerms, ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { planVersions } from '../copies/plan-version.js';
import type { Figures } from '../total/domain/tallies.js';
import type { Stretch as CountedStretch } from '../total/store/total.js';
import type { ToldGroups } from '../position/domain/groups.js';
import type { PriceFigures } from '../position/domain/figures.js';

/** What a meter counted from the begin of a period up to both ends of a stretch. */
export interface MeterPositions {
  readonly meterId: string;
  /** Null where the stretch begins with its period. */
  readonly from: Figures | null;
  readonly to: Figures;
}

/** The same at both ends of a stretch, and what the stretch has of the meter's groups; without where it has none. */
export interface PriceTotal {
  readonly priceId: string;
  /** Null where the stretch begins with its period. */
  readonly from: PriceFigures | null;
  readonly to: PriceFigures;
  readonly groups?: ToldGroups['groups'];
  readonly otherGroups?: NonNullable<ToldGroups['others']>;
}

/** A stretch [from, to) of a period that is billed, as plans told it. */
export interface BilledStretch {
  /** Number of the bill. */
  readonly number: number;
  readonly kept: KeptTerms;
  readonly terms: ResolvedTerms;
  /** The begin of the period: positions count from there. */
  readonly begin: Instant;
  readonly from: Instant;
  readonly to: Instant;
  /** The end of the period as it was before any cut. */
  readonly opened: Instant;
  /** Whether the period is over with it. */
  readonly ends: boolean;
  /** The whole period that this one is of, where it is shorter. */
  readonly full: Period | null;
}

/** A billed stretch with the positions that were published last. */
export interface StretchClose extends BilledStretch {
  readonly revision: number;
  readonly meters: readonly MeterPositions[];
  /** Of prices that more than a meter's quantity is priced by. */
  readonly prices: readonly PriceTotal[];
}

/** What was counted up to the end of a stretch. */
export function countedOf({ terms, begin, to }: BilledStretch): CountedStretch {
  return { customerId: terms.customerId, period: { from: begin, to } };
}

/** The stretch that a bill closes; null where it closes none. */
export function stretchOf(
  { closes, terms, number }: Bill,
  resolved: (terms: KeptTerms) => ResolvedTerms,
): BilledStretch | null {
  if (closes === null) return null;
  const kept = closes.terms ?? terms;
  const { from: begin, to: opened } = closes.period as Period;
  const { from, to } = { from: closes.from, to: closes.to } as Period;
  const full = closes.full as Period | null;
  return { number, kept, terms: resolved(kept), begin, from, to, opened, ends: closes.ends, full };
}

/** Remembers closes; a stretch that is closed already keeps what it has. Returns the new ones. */
export async function insertCloses(tx: TenantTx, closes: readonly StretchClose[]): Promise<StretchClose[]> {
  if (closes.length === 0) return [];
  const rows = await tx.query<{ subscription_id: string; index: number }>(INSERT_SQL, [
    JSON.stringify(closes.map(rowOf)),
  ]);
  const fresh = new Set(rows.map((row) => `${row.subscription_id} ${row.index + 1}`));
  return closes.filter((close) => fresh.has(`${close.terms.subscriptionId} ${close.number}`));
}

const INSERT_SQL = `
  INSERT INTO {t}.usage_period_close
  SELECT * FROM jsonb_populate_recordset(NULL::{t}.usage_period_close, $1)
  ON CONFLICT DO NOTHING RETURNING subscription_id, index`;

/** Closes of stretches that end where these do, or begin there, in the order in which their subscriptions were made. */
export async function findCloses(tx: TenantTx, counted: readonly CountedStretch[]): Promise<StretchClose[]> {
  const rows = await tx.query<CloseRow>(FIND_SQL, [
    counted.map((stretch) => stretch.customerId),
    counted.map((stretch) => stretch.period.from),
    counted.map((stretch) => stretch.period.to),
  ]);
  return closesOf(tx, rows);
}

const FIND_SQL = `
  SELECT c.* FROM (
    SELECT DISTINCT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS g(customer_id, since, until)) g
  JOIN {t}.usage_period_close c ON c.customer_id = g.customer_id COLLATE "C"
    AND c.period_to = g.until AND c.period_from = g.since
  ORDER BY c.subscription_id, c.index`;

/** A customer's closes that reach beyond an instant. */
export async function findClosesAfter(
  tx: TenantTx,
  customerIds: readonly string[],
  at: Instant,
): Promise<StretchClose[]> {
  return closesOf(tx, await tx.query<CloseRow>(AFTER_SQL, [customerIds, at]));
}

/** The same, kept from other writers until the end of the transaction. */
export async function lockClosesAfter(
  tx: TenantTx,
  customerIds: readonly string[],
  at: Instant,
): Promise<StretchClose[]> {
  return closesOf(tx, await tx.query<CloseRow>(`${AFTER_SQL} FOR UPDATE`, [customerIds, at]));
}

const AFTER_SQL = `
  SELECT * FROM {t}.usage_period_close WHERE customer_id = ANY($1) AND period_to > $2
  ORDER BY subscription_id, index`;

/** Keeps the positions of later revisions. */
export async function saveRevisions(tx: TenantTx, closes: readonly StretchClose[]): Promise<void> {
  tx.post(REVISE_SQL, [JSON.stringify(closes.map(rowOf))]);
}

const REVISE_SQL = `
  UPDATE {t}.usage_period_close c SET revision = n.revision, meters = n.meters, prices = n.prices
  FROM jsonb_populate_recordset(NULL::{t}.usage_period_close, $1) n
  WHERE c.subscription_id = n.subscription_id AND c.index = n.index`;

/** Positions as an earlier release kept them: every stretch was a whole period. */
type MeterTotal = { readonly meterId: string } & Figures;

interface CloseRow {
  readonly index: number;
  readonly period_from: Instant;
  readonly period_to: Instant;
  readonly stretch_from: Instant | null;
  readonly opened_to: Instant | null;
  readonly ends: boolean | null;
  readonly full_from: Instant | null;
  readonly full_to: Instant | null;
  readonly revision: number;
  readonly meters: readonly (MeterPositions | MeterTotal)[];
  readonly prices: readonly PriceTotal[] | null;
  readonly terms: KeptTerms;
}

async function closesOf(tx: TenantTx, rows: readonly CloseRow[]): Promise<StretchClose[]> {
  const resolved = await planVersions.resolver(
    tx,
    rows.map(({ terms }) => terms),
  );
  return rows.map((row) => ({
    number: row.index + 1,
    kept: row.terms,
    terms: resolved(row.terms),
    begin: row.period_from,
    from: row.stretch_from ?? row.period_from,
    to: row.period_to,
    opened: row.opened_to ?? row.period_to,
    ends: row.ends ?? (row.opened_to ?? row.period_to) === row.period_to,
    full: row.full_from === null || row.full_to === null ? null : { from: row.full_from, to: row.full_to },
    revision: row.revision,
    meters: row.meters.map(presentMeter),
    prices: row.prices ?? [],
  }));
}

function presentMeter(stored: MeterPositions | MeterTotal): MeterPositions {
  if ('to' in stored) return stored;
  const { meterId, ...to } = stored;
  return { meterId, from: null, to };
}

function rowOf(close: StretchClose): object {
  return {
    subscription_id: close.terms.subscriptionId,
    index: close.number - 1,
    customer_id: close.terms.customerId,
    period_from: close.begin,
    period_to: close.to,
    stretch_from: close.from === close.begin ? null : close.from,
    opened_to: close.opened,
    ends: close.ends,
    full_from: close.full?.from ?? null,
    full_to: close.full?.to ?? null,
    revision: close.revision,
    meters: close.meters,
    prices: close.prices.length === 0 ? null : close.prices,
    terms: close.kept,
  };
}
