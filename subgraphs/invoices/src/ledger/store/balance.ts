import { firstIdAt } from '@tollgate/kernel/id';
import type { Currency } from '@tollgate/kernel/money/currency';
import { toMs, type Instant } from '@tollgate/kernel/time/time';
import type { Queryable } from '@tollgate/runtime/database/db';
import { earnedBefore } from '../../revenue/store.js';
import { ACCOUNTS, type Account } from '../domain/posting.js';

/** Minor units of every account. */
export type Balances = Readonly<Record<Account, bigint>>;

/** What the accounts stood at: everything that was posted up to then, and what was earned by days that were over. */
export async function balancesAt(db: Queryable, currency: Currency, at: Instant): Promise<Balances> {
  const [posted, earned] = await Promise.all([
    db.query<Record<Account, string>>(POSTED_SQL, [currency, firstIdAt('led', toMs(at) + 1)]),
    db.query<{ earned: string }>(EARNED_SQL, [currency, at]),
  ]);
  const sums = posted[0];
  const earnedMinor = BigInt(earned[0]?.earned ?? '0');
  const byDays: Partial<Record<Account, bigint>> = { deferred_revenue: earnedMinor, revenue: -earnedMinor };
  const balances = ACCOUNTS.map((account) => [
    account,
    BigInt(sums?.[account] ?? '0') + (byDays[account] ?? 0n),
  ]);
  return Object.fromEntries(balances) as Balances;
}

const POSTED_SQL = `
  SELECT ${ACCOUNTS.map((account) => `coalesce(sum(${account}), 0)::text AS ${account}`).join(', ')}
  FROM {t}.invoices_ledger_entry WHERE currency = $1 AND id < $2`;

const EARNED_SQL = `
  WITH zone AS MATERIALIZED (
    SELECT time_zone, ($2::timestamptz AT TIME ZONE time_zone)::date AS date
    FROM (SELECT DISTINCT time_zone FROM {t}.invoices_deferral WHERE currency = $1) z)
  SELECT coalesce(sum(CASE WHEN cut_at <= $2 THEN amount_minor ELSE ${earnedBefore('date')} END), 0)::text AS earned
  FROM {t}.invoices_deferral JOIN zone USING (time_zone)
  WHERE currency = $1 AND known_at <= $2 AND (void_at IS NULL OR void_at > $2)`;
