import type { TenantTx } from '@tollgate/runtime/database/db';
import { findStandingInvoices, type StoredInvoice } from '../../invoice/store.js';
import { givesBack, type BilledLine, type ClosedPeriod } from '../domain/period-close.js';

/**
 * Lines that billed usage of the subscriptions of these periods. Only late usage that gives something back looks at
 * them, so without such nothing is read.
 */
export async function readBilledLines(
  tx: TenantTx,
  periods: readonly ClosedPeriod[],
): Promise<readonly BilledLine[]> {
  const due = periods.filter((period) => givesBack([period]));
  if (due.length === 0) return [];
  const ids = [...new Set(due.map(({ terms }) => terms.subscriptionId))];
  return (await findStandingInvoices(tx, ids)).flatMap(billedLines);
}

function billedLines({ invoice }: StoredInvoice): BilledLine[] {
  return invoice.lines
    .filter(({ kind }) => kind !== 'fee')
    .map(({ priceId, subscriptionId, period, amountMinor }) => ({
      priceId,
      subscriptionId,
      periodFrom: period.from,
      amountMinor,
    }));
}
