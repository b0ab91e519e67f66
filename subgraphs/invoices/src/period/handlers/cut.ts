import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { invoices, type InvoiceChange } from '../../invoice/aggregate.js';
import { billedBy, subscriptionsOf } from '../../invoice/domain/joint.js';
import { carriedOut } from '../../invoice/handlers/purses.js';
import { stopsService } from '../domain/bill.js';
import { findCoveringIds } from '../store/invoices.js';
import type { Known } from './known.js';

/**
 * Where a service is over before its time and nothing is given back, what was billed for the rest is earned: not what the same
 * bill opens anew.
 */
export async function cutRevenue(
  tx: TenantTx,
  known: readonly Pick<Known, 'told'>[],
  occurredAt: Instant,
): Promise<void> {
  const bills = known.flatMap(({ told }) =>
    told.kind === 'bill' && stopsService(told.bill) ? [told.bill] : [],
  );
  if (bills.length === 0) return;
  const subscriptionIds = bills.map(({ terms }) => terms.subscriptionId);
  const loaded = await invoices.load(tx, await findCoveringIds(tx, subscriptionIds, occurredAt));
  const changes: InvoiceChange[] = [];
  for (const [id, first] of loaded) {
    let current = first;
    for (const { number, at, terms } of bills) {
      const { subscriptionId } = terms;
      const { state } = current;
      if (state.status === 'none' || !subscriptionsOf(state.basis).includes(subscriptionId)) continue;
      if (billedBy(state.basis, subscriptionId).bill === number) continue;
      const change = carriedOut(current, { type: 'CutRevenue', subscriptionId, at }, occurredAt);
      changes.push(change);
      current = change.after;
      loaded.set(id, current);
    }
  }
  await invoices.record(tx, changes);
}
