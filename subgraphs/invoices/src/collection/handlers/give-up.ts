import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { invoices } from '../../invoice/aggregate.js';
import { lockInvoices } from '../../invoice/store.js';

const REASONS = {
  exhausted: 'It was tried again as often as the dunning policy says.',
  stopped: 'A decline that no retry changes.',
} as const;

/** All was tried: the invoice is written off, unless it was settled meanwhile. */
export async function giveUp(
  tx: TenantTx,
  {
    invoiceId,
    outcome,
    at,
  }: { readonly invoiceId: string; readonly outcome: 'exhausted' | 'stopped'; readonly at: Instant },
): Promise<void> {
  lockInvoices(tx);
  const loaded = await invoices.loadOne(tx, invoiceId);
  const asked = { type: 'WriteOffInvoice', reason: REASONS[outcome], writtenOffAt: at } as const;
  const decided = invoices.decide(loaded, asked, at);
  if (decided.ok) await invoices.record(tx, [decided.change]);
}
