import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { planVersions } from '../../copies/plan-version.js';
import { lockInvoices } from '../../invoice/store.js';
import type { Opened, Standing } from '../domain/bill.js';
import type { Terms } from '../domain/terms.js';
import type { Resolve } from '../events.js';
import { isKept, presentStored, type StoredTerms } from './terms.js';

/** The terms of a subscription, its newest period, and where it stands. */
export interface SubscriptionCopy {
  readonly terms: Terms;
  readonly current: Opened;
  /** Where the stretch begins that is not billed for its usage. */
  readonly stretchFrom: Instant;
  readonly standing: Standing;
  /** The first instant it does not cover; null while it lasts. */
  readonly endsAt: Instant | null;
}

/** Keeps where subscriptions stand, one row each, with the transaction's next write. */
export function writeSubscriptions(tx: TenantTx, copies: readonly SubscriptionCopy[]): void {
  if (copies.length === 0) return;
  tx.post(WRITE_COPIES_SQL, [JSON.stringify(copies.map(copyRow))]);
}

const WRITE_COPIES_SQL = `
  INSERT INTO {t}.invoices_subscription
    (subscription_id, customer_id, period_from, period_to, index, terms, ends_at, standing)
  SELECT subscription_id, customer_id, period_from, period_to, index, terms, ends_at, standing
  FROM jsonb_populate_recordset(NULL::{t}.invoices_subscription, $1)
  ON CONFLICT (subscription_id) DO UPDATE SET period_from = excluded.period_from, period_to = excluded.period_to,
    index = excluded.index, terms = excluded.terms, standing = excluded.standing,
    ends_at = coalesce(excluded.ends_at, {t}.invoices_subscription.ends_at)`;

/** What a copy has besides the columns that earlier releases fill. */
interface StoredStanding extends Standing {
  readonly paid: number | null;
  readonly full: Period | null;
  readonly stretchFrom: Instant;
}

function copyRow({ terms, current, stretchFrom, standing, endsAt }: SubscriptionCopy): object {
  const { paid, full } = current;
  const stored: StoredStanding = { ...standing, paid, full, stretchFrom };
  return {
    subscription_id: terms.subscriptionId,
    customer_id: terms.customerId,
    period_from: current.period.from,
    period_to: current.period.to,
    index: current.index,
    terms: terms.kept,
    ends_at: endsAt,
    standing: stored,
  };
}

/** Copies of subscriptions by id; one that did not start, as far as invoices know, is missing. */
export async function findSubscriptions(
  tx: TenantTx,
  ids: readonly string[],
): Promise<Map<string, SubscriptionCopy>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<CopyRow>(FIND_COPIES_SQL, [ids]);
  const resolve = await planVersions.resolver(tx, rows.map(({ terms }) => terms).filter(isKept));
  return new Map(rows.map((row) => [row.subscription_id, copyOf(row, resolve)]));
}

const FIND_COPIES_SQL = `
  SELECT s.*, coalesce(s.ends_at, e.ends_at) AS ends FROM {t}.invoices_subscription s
  LEFT JOIN {t}.invoices_subscription_end e ON e.subscription_id = s.subscription_id WHERE s.subscription_id = ANY($1)`;

interface CopyRow {
  readonly subscription_id: string;
  readonly terms: StoredTerms;
  readonly period_from: Instant;
  readonly period_to: Instant;
  readonly index: number;
  readonly ends: Instant | null;
  readonly standing: StoredStanding | null;
}

const STANDING_EARLIER: Standing = { bill: null, over: null, cutThrough: null };

function copyOf(row: CopyRow, resolve: Resolve): SubscriptionCopy {
  const { period_from: from, period_to: to, index, standing, ends } = row;
  const { paid, full, stretchFrom, ...known } = standing ?? {
    ...STANDING_EARLIER,
    ...{ paid: index, full: null, stretchFrom: from },
  };
  return {
    terms: presentStored(row.terms, resolve),
    current: { index, paid, period: { from, to }, full },
    stretchFrom,
    standing: known,
    endsAt: ends,
  };
}

/** Whether another subscription of the customer than these goes on in the currency: it will make an invoice. */
export async function goesOnBeside(
  tx: TenantTx,
  { customerId, currency }: Pick<Terms, 'customerId' | 'currency'>,
  over: readonly string[],
): Promise<boolean> {
  const rows = await tx.query(GOES_ON_SQL, [customerId, currency, over]);
  return rows.length > 0;
}

const GOES_ON_SQL = `
  SELECT 1 FROM {t}.invoices_subscription WHERE customer_id = $1 AND terms ->> 'currency' = $2
    AND subscription_id <> ALL($3) AND ends_at IS NULL AND standing ->> 'over' IS NULL LIMIT 1`;

/** Keeps when subscriptions end, also of those whose start is still under way: an earlier release told it apart. */
export function keepEnds(
  tx: TenantTx,
  ends: readonly { readonly subscriptionId: string; readonly endsAt: Instant }[],
): void {
  lockInvoices(tx);
  tx.post(KEEP_ENDS_SQL, [ends.map((one) => one.subscriptionId), ends.map((one) => one.endsAt)]);
}

const KEEP_ENDS_SQL = `
  WITH given AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS g(id, ends_at)),
  known AS (
    UPDATE {t}.invoices_subscription s SET ends_at = given.ends_at FROM given WHERE s.subscription_id = given.id)
  INSERT INTO {t}.invoices_subscription_end (subscription_id, ends_at)
  SELECT DISTINCT ON (id) id, ends_at FROM given ON CONFLICT (subscription_id) DO UPDATE SET ends_at = excluded.ends_at`;
