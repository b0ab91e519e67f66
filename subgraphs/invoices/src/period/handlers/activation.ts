import { Retryable } from '@tollgate/runtime/base/errors';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { invoices, type LoadedInvoice } from '../../invoice/aggregate.js';
import { numbered, recordVoid } from '../../invoice/handlers.js';
import { carriedOut } from '../../invoice/handlers/purses.js';
import { lockInvoices } from '../../invoice/store.js';
import { startInvoiceOf } from '../store/invoices.js';

const REASON = 'The first invoice of the subscription was not paid in time.';

/**
 * The first invoice of a subscription that was not activated is voided, and whoever waits for it hears of that. One that was
 * paid, wholly or in a part, stands: the subscription hears of that instead, at the latest when the rest is paid or given up.
 */
export async function stopActivation(tx: TenantTx, subscriptionId: string, at: Instant): Promise<void> {
  lockInvoices(tx);
  const invoiceId = await startInvoiceOf(tx, subscriptionId);
  if (invoiceId === null) throw new Retryable(`the first invoice of ${subscriptionId} is not here yet`);
  const loaded = await invoices.loadOne(tx, invoiceId);
  const invoice = loaded.state.status === 'draft' ? await finalised(tx, loaded, at) : loaded;
  const { state } = invoice;
  if (state.status !== 'open' || state.paidMinor > 0n) return;
  const command = { type: 'VoidInvoice', reason: REASON, voidedAt: at, isGivenBack: false } as const;
  await recordVoid(tx, carriedOut(invoice, command, at), at);
}

async function finalised(tx: TenantTx, draft: LoadedInvoice, at: Instant): Promise<LoadedInvoice> {
  const [change] = await numbered(tx, [{ draft, at }]);
  if (change === undefined) return draft;
  await invoices.record(tx, [change]);
  return change.after;
}
