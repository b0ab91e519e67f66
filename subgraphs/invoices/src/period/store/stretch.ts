import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { planVersions } from '../../copies/plan-version.js';
import type { Position, Positions } from '../../invoice/domain/position.js';
import type { ClosedStretch } from '../domain/stretch.js';
import type { Resolve } from '../events.js';
import { isKept, presentStored, type StoredTerms } from './terms.js';

interface StretchRow {
  readonly subscription_id: string;
  readonly period_from: Instant;
  readonly period_to: Instant;
  readonly counted_from: Instant | null;
  readonly whole: Period | null;
  readonly ends: boolean;
  readonly index: number;
  readonly is_last: boolean;
  readonly revision: number;
  readonly invoice_id: string | null;
  readonly terms: StoredTerms;
  readonly billed: StoredPositions;
  readonly latest: StoredPositions;
}

/** Earlier releases kept the position at the end alone: every stretch was a period. */
type StoredPositions = Readonly<Record<string, Position | Decimal>>;

/** Stretches of a subscription that a bill may have to know. */
export interface WantedStretches {
  readonly subscriptionId: string;
  /** Number of the bill that closed one. */
  readonly number: number;
  /** The begin of a period; null = of none. */
  readonly begin: Instant | null;
}

/**
 * By subscription: the stretches that these bills closed, those of the periods that they are in, those with usage that is not
 * billed, and the last one of an ended subscription.
 */
export async function findStretches(
  tx: TenantTx,
  wanted: readonly WantedStretches[],
): Promise<Map<string, ClosedStretch[]>> {
  if (wanted.length === 0) return new Map();
  const rows = await tx.query<StretchRow>(FIND_SQL, [
    wanted.map((one) => one.subscriptionId),
    wanted.map((one) => one.number - 1),
    wanted.map((one) => one.begin),
  ]);
  const resolve = await planVersions.resolver(tx, rows.map(({ terms }) => terms).filter(isKept));
  const found = new Map<string, ClosedStretch[]>();
  for (const row of rows) {
    const list = found.get(row.subscription_id) ?? [];
    list.push(stretchOf(row, resolve));
    found.set(row.subscription_id, list);
  }
  return found;
}

const FIND_SQL = `
  SELECT DISTINCT ON (p.subscription_id, p.period_from) p.*
  FROM unnest($1::text[], $2::int[], $3::timestamptz[]) AS given(id, index, counted_from)
  JOIN {t}.invoices_period p ON p.subscription_id = given.id
  WHERE p.index = given.index OR coalesce(p.counted_from, p.period_from) = given.counted_from OR p.billed <> p.latest OR p.is_last
  ORDER BY p.subscription_id, p.period_from`;

/** Writes stretches as they stand now, in one statement with the transaction's next write. */
export function writeStretches(tx: TenantTx, stretches: readonly ClosedStretch[]): void {
  if (stretches.length === 0) return;
  tx.post(WRITE_SQL, [JSON.stringify(stretches.map(rowOf))]);
}

const WRITE_SQL = `
  INSERT INTO {t}.invoices_period
    (subscription_id, period_from, period_to, counted_from, whole, ends, index, invoice_id, revision, is_last, terms, billed,
    latest)
  SELECT subscription_id, period_from, period_to, counted_from, whole, ends, index, invoice_id, revision, is_last, terms, billed, latest
  FROM jsonb_populate_recordset(NULL::{t}.invoices_period, $1)
  ON CONFLICT (subscription_id, period_from) DO UPDATE SET invoice_id = excluded.invoice_id,
    revision = excluded.revision, billed = excluded.billed, latest = excluded.latest`;

function rowOf(one: ClosedStretch): object {
  return {
    subscription_id: one.terms.subscriptionId,
    period_from: one.period.from,
    period_to: one.period.to,
    counted_from: one.begin,
    whole: one.whole,
    ends: one.ends,
    index: one.number - 1,
    invoice_id: one.invoiceId,
    revision: one.revision,
    is_last: one.isLast,
    terms: one.terms.kept,
    billed: ungrouped(one.billed),
    latest: ungrouped(one.latest),
  };
}

/** What groups have is on the invoice; late usage is told by what it comes to. */
function ungrouped(positions: Positions): Positions {
  return Object.fromEntries(
    Object.entries(positions).map(([name, { from, to, amounts }]) => [
      name,
      { from, to, ...(amounts !== undefined && { amounts }) },
    ]),
  );
}

function stretchOf(row: StretchRow, resolve: Resolve): ClosedStretch {
  return {
    terms: presentStored(row.terms, resolve),
    number: row.index + 1,
    begin: row.counted_from ?? row.period_from,
    period: { from: row.period_from, to: row.period_to },
    whole: row.whole,
    ends: row.ends,
    isLast: row.is_last,
    revision: row.revision,
    invoiceId: row.invoice_id,
    billed: presentPositions(row.billed),
    latest: presentPositions(row.latest),
  };
}

function presentPositions(stored: StoredPositions): Positions {
  return Object.fromEntries(
    Object.entries(stored).map(([meterId, one]) => [
      meterId,
      typeof one === 'string' ? { from: null, to: one } : one,
    ]),
  );
}
