import { assert } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { WalletBook } from '../balance/handlers/wallet.js';
import { invoices, type InvoiceChange } from '../invoice/aggregate.js';
import type { CloseDispute, OpenDispute } from '../invoice/domain/dispute.js';
import { takesFunds } from '../invoice/domain/funds.js';
import { lockInvoices } from '../invoice/store.js';

/** News of a dispute of one invoice. */
export interface DisputeNews {
  readonly invoiceId: string;
  readonly command: OpenDispute | CloseDispute;
  readonly at: Instant;
}

/**
 * Records disputes and their ends in the order in which they came. The credit that a disputed top-up bought is held meanwhile;
 * a lost one takes what is left of it.
 */
export async function recordDisputes(tx: TenantTx, news: readonly DisputeNews[]): Promise<void> {
  lockInvoices(tx);
  const loaded = await invoices.load(tx, [...new Set(news.map(({ invoiceId }) => invoiceId))]);
  const changes: InvoiceChange[] = [];
  for (const { invoiceId, command, at } of news) {
    const decided = invoices.decide(loaded.get(invoiceId) ?? invoices.fresh(invoiceId), command, at);
    assert(decided.ok, 'an invoice is final before a payment of it is disputed');
    loaded.set(invoiceId, decided.change.after);
    changes.push(decided.change);
  }
  await invoices.record(tx, changes);
  await holdBought(tx, changes);
}

/** What becomes of wallet credit that disputed payments bought. */
async function holdBought(tx: TenantTx, changes: readonly InvoiceChange[]): Promise<void> {
  const bought = changes.flatMap((change) => {
    const { state } = change.after;
    if (state.status === 'none' || takesFunds(state.basis)) return [];
    const { customerId, currency } = state.basis;
    return [{ ...change, purse: { customerId, currency } }];
  });
  if (bought.length === 0) return;
  const wallets = await WalletBook.open(
    tx,
    bought.map(({ purse }) => purse.customerId),
  );
  for (const { id: invoiceId, events, purse, at } of bought)
    for (const event of events) {
      if (event.type === 'InvoiceDisputed') wallets.hold(purse, invoiceId, at);
      if (event.type === 'InvoiceDisputeWon') wallets.release(purse, invoiceId, at);
      if (event.type === 'InvoiceDisputeLost')
        wallets.lose(purse, { invoiceId, disputeId: event.disputeId, amountMinor: event.amountMinor }, at);
    }
  await wallets.record(tx);
}
