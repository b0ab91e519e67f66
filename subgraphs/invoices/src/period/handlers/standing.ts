import type { TenantTx } from '@tollgate/runtime/database/db';
import { standingAfter } from '../domain/plan-bill.js';
import { writeSubscriptions, type SubscriptionCopy } from '../store/subscription.js';
import type { Known } from './known.js';

/** Keeps where subscriptions stand after their bills, with the transaction's next write. */
export function keepStanding(tx: TenantTx, known: readonly Known[]): void {
  writeSubscriptions(tx, known.flatMap(copyAfter));
}

function copyAfter({ told, copy }: Known): SubscriptionCopy[] {
  if (told.kind === 'revision') return [];
  const { bill } = told;
  const { current: open, terms, over, at, closes } = bill;
  // An earlier release's start that comes late.
  if ((copy?.standing.bill ?? -1) > bill.number) return [];
  const current = open ?? copy?.current ?? (closes === null ? null : closes);
  if (current === null) return [];
  const standing = standingAfter(copy?.standing ?? null, bill);
  const begun = bill.opens ? current.period.from : (copy?.stretchFrom ?? current.period.from);
  const stretchFrom = closes !== null && !bill.opens ? closes.to : begun;
  return [{ terms, current, stretchFrom, standing, endsAt: over === 'ended' ? at : (copy?.endsAt ?? null) }];
}
