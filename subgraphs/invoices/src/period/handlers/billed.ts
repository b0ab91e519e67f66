import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Line } from '../../invoice/domain/computation.js';
import { findStandingInvoices, type StoredInvoice } from '../../invoice/store.js';
import { givesBack, type BilledLine, type ClosedStretch } from '../domain/stretch.js';

/**
 * Lines that billed usage of the subscriptions of these stretches. Only late usage that gives something back looks at
 * them, so without such nothing is read.
 */
export async function readBilledLines(
  tx: TenantTx,
  stretches: readonly ClosedStretch[],
): Promise<readonly BilledLine[]> {
  const due = stretches.filter((stretch) => givesBack([stretch]));
  if (due.length === 0) return [];
  const ids = [...new Set(due.map(({ terms }) => terms.subscriptionId))];
  return (await findStandingInvoices(tx, ids)).flatMap(billedLines);
}

/** Lines that usage makes or takes back. */
const OF_USAGE = new Set<Line['kind']>(['usage', 'late', 'true_up', 'late_true_up']);

function billedLines({ invoice }: StoredInvoice): BilledLine[] {
  return invoice.lines
    .filter(({ kind }) => OF_USAGE.has(kind))
    .map(({ priceId, subscriptionId, period, amountMinor }) => ({
      priceId,
      subscriptionId,
      periodFrom: period.from,
      amountMinor,
    }));
}
