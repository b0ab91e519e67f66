import type { TenantTx } from '@tollgate/runtime/database/db';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Charge } from '../../invoice/domain/basis.js';
import { linesAfterCoupons, type Line } from '../../invoice/domain/computation.js';
import { creditedOn } from '../../invoice/domain/credited.js';
import { isChargedBack } from '../../invoice/domain/dispute.js';
import { lateDifference, takenBack } from '../../invoice/domain/line.js';
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
  const standing = await findStandingInvoices(tx, ids);
  // What passed a threshold was billed again in full.
  return standing.filter(({ invoice }) => invoice.basis.origin !== 'threshold').flatMap(billedLines);
}

/** Lines that usage makes or takes back. */
const OF_USAGE = new Set<Line['kind']>(['usage', 'late', 'true_up', 'late_true_up']);

function billedLines({ invoice }: StoredInvoice): BilledLine[] {
  const { lines, basis } = invoice;
  const credited = creditedOn(invoice);
  const after = linesAfterCoupons(invoice);
  const charges = new Map(basis.charges.map((charge) => [charge.lineId, charge]));
  return lines.flatMap((line, place): BilledLine[] => {
    if (!OF_USAGE.has(line.kind)) return [];
    const { id, priceId, subscriptionId, period, amountMinor: lineMinor } = line;
    const head = { priceId, subscriptionId, periodFrom: period.from };
    const charge = charges.get(id);
    const taken = charge === undefined ? 0n : takenBy(charge, basis.currency);
    if (taken > 0n) return [{ ...head, amountMinor: -taken, paid: null }];
    // What nobody expects to be paid, or a bank took back, is not given back.
    if (invoice.status === 'uncollectible' || isChargedBack(invoice)) return [];
    const afterCoupons = after[place];
    const isAbove = lineMinor > 0n && afterCoupons !== undefined;
    const amountMinor = lineMinor - (credited.get(id) ?? 0n);
    return [{ ...head, amountMinor, paid: isAbove ? { lineMinor, afterCoupons } : null }];
  });
}

/** What a line for late usage took back of those that billed it, before coupons. */
function takenBy(charge: Charge, currency: Currency): bigint {
  if (charge.kind === 'late') return takenBack(lateDifference(charge, currency), charge);
  return charge.kind === 'late_true_up' ? takenBack(charge.differenceMinor, charge) : 0n;
}
