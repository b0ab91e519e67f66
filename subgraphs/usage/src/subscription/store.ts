import type { Bill } from '@tollgate/contracts/plans/bill';
import type { Entitlement } from '@tollgate/contracts/plans/entitlement';
import type { KeptTerms, ResolvedTerms } from '@tollgate/contracts/plans/terms-ref';
import { instant, type Instant, type Period } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import { ALL_USAGE, usageName } from '@tollgate/kernel/price/filter';
import { claimed, unclaimed, type Claims } from './domain/claims.js';
import { planVersions } from '../copies/plan-version.js';

/** Where a subscription stands after its last bill. */
export interface Standing {
  readonly id: string;
  readonly customerId: string;
  readonly terms: KeptTerms;
  /** Of the newest period. */
  readonly index: number;
  readonly period: Period;
  readonly beganAt: Instant;
  /** Number of its last bill; null where an earlier release told it. */
  readonly bill: number | null;
  readonly paused: boolean;
  /** Null where an earlier release wrote it: then it priced the meters of its terms from its begin on. */
  readonly claims: Claims | null;
}

/** A subscription in its newest period, its terms in full. */
export interface SubscriptionCopy extends Omit<Standing, 'terms'> {
  readonly terms: ResolvedTerms;
  /** First instant that it does not cover; null while no end is known. */
  readonly endsAt: Instant | null;
  /** Whether it gives access: not before its first invoice is paid, where it waits for that, nor while one fails too long. */
  readonly hasAccess: boolean;
  /** Whether its usage came to a cap in this period that stops it. */
  readonly isStopped: boolean;
}

/** Where a subscription stands after one more bill; null where nothing of it is known or new. */
export function standingAfter(before: Standing | null, bill: Bill, terms: ResolvedTerms): Standing | null {
  const { current, over, at } = bill;
  const { subscriptionId: id, customerId } = terms;
  // An earlier release told of periods and their ends apart.
  if (before !== null && current !== null && current.index < before.index) return before;
  const period = current === null ? before?.period : periodIn(current.period);
  const index = current === null ? before?.index : current.index;
  if (period === undefined || index === undefined) return null;
  const since = bill.opens && current !== null ? period.from : instant(at);
  const claims =
    over === 'ended'
      ? unclaimed(claimsOf(before), since)
      : claimed(claimsOf(before), pricedUsage(terms), since);
  const beganAt = before?.beganAt ?? period.from;
  const { number, terms: kept } = bill;
  return {
    ...{ id, customerId, terms: kept, index, period, beganAt, bill: number, claims },
    paused: over === 'paused',
  };
}

/** Where these subscriptions stand, those that are known. */
export async function findStandings(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Standing>> {
  const rows = await tx.query<StandingRow>(STANDING_SQL, [ids]);
  return new Map(rows.map((row) => [row.id, standingOf(row)]));
}

const STANDING_SQL = 'SELECT * FROM {t}.usage_subscription WHERE id = ANY($1)';

/** Whose these subscriptions are, those that have begun. */
export async function customersOfSubscriptions(
  tenant: Queryable,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly customerId: string }[]> {
  return tenant.query(
    'SELECT id, customer_id AS "customerId" FROM {t}.usage_subscription WHERE id = ANY($1)',
    [ids],
  );
}

/** Writes where subscriptions stand, one row each. */
export function saveStandings(tx: TenantTx, standings: readonly Standing[]): void {
  if (standings.length === 0) return;
  tx.post(SAVE_SQL, [JSON.stringify(standings.map(rowOf))]);
}

const SAVE_SQL = `
  INSERT INTO {t}.usage_subscription (id, customer_id, index, period_from, period_to, terms, began_at, bill, paused,
    claims)
  SELECT id, customer_id, index, period_from, period_to, terms, began_at, bill, paused, claims
  FROM jsonb_populate_recordset(NULL::{t}.usage_subscription, $1)
  ON CONFLICT (id) DO UPDATE SET index = excluded.index, period_from = excluded.period_from,
    period_to = excluded.period_to, terms = excluded.terms, bill = excluded.bill,
    paused = excluded.paused, claims = excluded.claims`;

/** Notes that subscriptions ended; the start of one may still be under way. */
export function saveEnds(
  tx: TenantTx,
  ends: readonly { readonly subscriptionId: string; readonly endsAt: Instant }[],
): void {
  if (ends.length === 0) return;
  tx.post(END_SQL, [ends.map((one) => one.subscriptionId), ends.map((one) => one.endsAt)]);
}

const END_SQL = `
  INSERT INTO {t}.usage_subscription_end (id, ends_at) SELECT * FROM unnest($1::text[], $2::timestamptz[])
  ON CONFLICT DO NOTHING`;

/** All that is known of customers' subscriptions, ended ones too, the oldest first. */
export async function findSubscriptions(
  tx: TenantTx,
  customerIds: readonly string[],
): Promise<SubscriptionCopy[]> {
  const rows = await tx.query<FoundRow>(FIND_SQL, [customerIds]);
  const resolved = await planVersions.resolver(
    tx,
    rows.map(({ terms }) => terms),
  );
  return rows.map((row) => ({
    ...standingOf(row),
    terms: resolved(row.terms),
    endsAt: row.ends_at,
    hasAccess: row.has_access,
    isStopped: row.is_stopped,
  }));
}

/** Notes whether a subscription gives access, with the transaction's next write. */
export function keepAccess(tx: TenantTx, subscriptionId: string, hasAccess: boolean): void {
  const sql = hasAccess
    ? 'DELETE FROM {t}.usage_without_access WHERE subscription_id = $1'
    : 'INSERT INTO {t}.usage_without_access (subscription_id) VALUES ($1) ON CONFLICT DO NOTHING';
  tx.post(sql, [subscriptionId]);
}

/** An invoice that was not paid, and whether its subscriptions give access all the same. */
export interface FailingInvoice {
  readonly invoiceId: string;
  readonly subscriptionIds: readonly string[];
  readonly hasAccess: boolean;
}

/** Notes which invoices take access from their subscriptions, as was told last, with the transaction's next write. */
export function keepRevoked(tx: TenantTx, told: readonly FailingInvoice[]): void {
  const latest = [...new Map(told.map((one) => [one.invoiceId, one])).values()];
  const restored = latest.filter(({ hasAccess }) => hasAccess);
  const revoked = latest.flatMap(({ hasAccess, invoiceId, subscriptionIds }) =>
    hasAccess ? [] : subscriptionIds.map((id) => [invoiceId, id] as const),
  );
  if (restored.length > 0) tx.post(RESTORE_SQL, [restored.map(({ invoiceId }) => invoiceId)]);
  if (revoked.length > 0) tx.post(REVOKE_SQL, [revoked.map(([id]) => id), revoked.map(([, id]) => id)]);
}

const RESTORE_SQL = 'DELETE FROM {t}.usage_access_revoked WHERE invoice_id = ANY($1)';

const REVOKE_SQL = `
  INSERT INTO {t}.usage_access_revoked (invoice_id, subscription_id)
  SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`;

interface FoundRow extends StandingRow {
  readonly ends_at: Instant | null;
  readonly has_access: boolean;
  readonly is_stopped: boolean;
}

/** Customer by customer: a plan that was made for few subscriptions would look through all of many, in the order of their ids. */
const FIND_SQL = `
  SELECT s.*, (SELECT e.ends_at FROM {t}.usage_subscription_end e WHERE e.id = s.id) AS ends_at,
    NOT EXISTS (SELECT FROM {t}.usage_without_access w WHERE w.subscription_id = s.id)
      AND NOT EXISTS (SELECT FROM {t}.usage_access_revoked r WHERE r.subscription_id = s.id) AS has_access,
    EXISTS (SELECT FROM {t}.usage_spend_reached r
      WHERE r.subscription_id = s.id AND r.stops AND r.period_from = s.period_from) AS is_stopped
  FROM (SELECT DISTINCT unnest($1::text[]) AS customer_id) c CROSS JOIN LATERAL (
    SELECT * FROM {t}.usage_subscription WHERE usage_subscription.customer_id = c.customer_id OFFSET 0) s
  ORDER BY s.id`;

interface StandingRow {
  readonly id: string;
  readonly customer_id: string;
  readonly terms: KeptTerms;
  readonly index: number;
  readonly period_from: Instant;
  readonly period_to: Instant;
  readonly began_at: Instant;
  readonly bill: number | null;
  readonly paused: boolean;
  readonly claims: Claims | null;
}

function standingOf(row: StandingRow): Standing {
  return {
    id: row.id,
    customerId: row.customer_id,
    terms: row.terms,
    index: row.index,
    period: { from: row.period_from, to: row.period_to },
    beganAt: row.began_at,
    bill: row.bill,
    paused: row.paused,
    claims: row.claims,
  };
}

function rowOf({ customerId, period, beganAt, ...one }: Standing): object {
  return {
    ...one,
    customer_id: customerId,
    period_from: period.from,
    period_to: period.to,
    began_at: beganAt,
  };
}

/** What an earlier release did not write is what its terms say, and those never changed. */
function claimsOf(standing: Standing | null): Claims {
  if (standing === null) return {};
  if (standing.claims !== null) return standing.claims;
  const { terms, beganAt } = standing;
  const prices = 'overrides' in terms ? (terms.inline?.prices ?? []) : terms.prices;
  return claimed({}, [...new Set(prices.flatMap(({ meterId }) => meterId ?? []))], beganAt);
}

/** Whether a subscription covers an instant. */
export function isRunning({ endsAt }: SubscriptionCopy, now: Instant): boolean {
  return endsAt === null || endsAt > now;
}

/** Names of the usage that the terms price, each once. */
export function pricedUsage({ prices }: Pick<ResolvedTerms, 'prices'>): string[] {
  const names = prices.flatMap(({ meterId, filter = ALL_USAGE }) =>
    meterId === null ? [] : [usageName({ meterId, filter })],
  );
  return [...new Set(names)];
}

/** Meters that the terms price, each once. */
export function pricedMeters(terms: Pick<ResolvedTerms, 'prices'>): string[] {
  return [...new Set(terms.prices.flatMap((price) => (price.meterId === null ? [] : [price.meterId])))];
}

/** Meters that the terms price or limit, each once. */
export function metersOf(terms: Pick<ResolvedTerms, 'prices' | 'entitlements'>): string[] {
  return [...new Set([...pricedMeters(terms), ...terms.entitlements.flatMap(limitedMeter)])];
}

/** A published period. */
export function periodIn({ from, to }: { readonly from: string; readonly to: string }): Period {
  return { from: instant(from), to: instant(to) };
}

function limitedMeter(entitlement: Entitlement): string[] {
  return entitlement.kind === 'limit' ? [entitlement.meterId] : [];
}
