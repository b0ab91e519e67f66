import type { InvalidInput } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { findTimeZone } from '../copies/time-zone.js';
import { convertedIn, invoicedIn, type Invoiced, type Unrated } from './store.js';
import { reportDates } from './domain/dates.js';

/** A report over dates, as it is asked for. */
export interface AskedReport {
  readonly from: string;
  readonly to: string;
  readonly currency: Currency;
}

export type Report =
  | { readonly kind: 'report'; readonly byCurrency: readonly Invoiced[]; readonly convertedMinor: bigint }
  | { readonly kind: 'unrated'; readonly unrated: Unrated }
  | { readonly kind: 'invalid'; readonly rejection: InvalidInput };

/** What was invoiced between two dates, all of one moment. */
export async function reportOn(
  db: Database,
  scope: Scope,
  { currency, ...asked }: AskedReport,
): Promise<Report> {
  const dates = reportDates(asked);
  if (dates.rejection !== null) return { kind: 'invalid', rejection: dates.rejection };
  const { from, to } = dates;
  return db.tenant(scope, async (tx) => {
    tx.post('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const timeZone = await findTimeZone(tx, scope.tenantId);
    const reported = { from, to, currency, timeZone };
    const byCurrency = await invoicedIn(tx, reported);
    const { minor: convertedMinor, unrated } = await convertedIn(tx, reported, byCurrency);
    return unrated === null ? { kind: 'report', byCurrency, convertedMinor } : { kind: 'unrated', unrated };
  });
}
