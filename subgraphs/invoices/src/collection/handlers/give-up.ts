import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { invoices } from '../../invoice/aggregate.js';
import { lockInvoices } from '../../invoice/store.js';

const REASONS = {
  exhausted: 'It was tried again as often as the dunning policy says.',
  stopped: 'A decline that no retry changes.',
} as const;

/** An invoice that could not be collected, and why nobody tries any more. */
export interface Uncollected {
  readonly invoiceId: string;
  readonly outcome: keyof typeof REASONS;
  readonly at: Instant;
}

/** All was tried: the invoices are written off, but for those that were settled meanwhile. */
export async function giveUp(tx: TenantTx, uncollected: readonly Uncollected[]): Promise<void> {
  if (uncollected.length === 0) return;
  lockInvoices(tx);
  const loaded = await invoices.load(tx, [...new Set(uncollected.map(({ invoiceId }) => invoiceId))]);
  const changes = uncollected.flatMap(({ invoiceId, outcome, at }) => {
    const asked = { type: 'WriteOffInvoice', reason: REASONS[outcome], writtenOffAt: at } as const;
    const decided = invoices.decide(loaded.get(invoiceId) ?? invoices.fresh(invoiceId), asked, at);
    if (!decided.ok) return [];
    loaded.set(invoiceId, decided.change.after);
    return [decided.change];
  });
  await invoices.record(tx, changes);
}
