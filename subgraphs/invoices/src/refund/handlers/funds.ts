import type { Queryable } from '@tollgate/runtime/database/db';
import { findBalances } from '../../balance/store.js';
import { dueMinor } from '../../invoice/domain/due.js';
import { keptOf } from '../../invoice/domain/kept.js';
import type { StoredInvoice } from '../../invoice/store.js';
import { keptMinor, type KeptOf, type PayoutFunds } from '../domain/payout.js';
import { findOwed, findPayable, type Payer } from '../store.js';

const PAGE_INVOICES = 200;

/** What a customer has, owes and paid in a currency; what it paid is read until there is enough for an amount. */
export async function readFunds(db: Queryable, payer: Payer, amountMinor: bigint): Promise<PayoutFunds> {
  const [balances, owed] = await Promise.all([findBalances(db, [payer.customerId]), findOwed(db, payer)]);
  const balanceMinor = balances.find(({ currency }) => currency === payer.currency)?.amountMinor ?? 0n;
  const due = owed.reduce(
    (sum, { invoice }) => sum + (invoice.status === 'draft' ? 0n : dueMinor(invoice)),
    0n,
  );
  // More than there is is rejected whatever was paid.
  const wantedMinor = amountMinor > balanceMinor ? 0n : amountMinor + due;
  return { balanceMinor, dueMinor: due, kept: await readKept(db, payer, wantedMinor) };
}

async function readKept(db: Queryable, payer: Payer, wantedMinor: bigint): Promise<readonly KeptOf[]> {
  const kept: KeptOf[] = [];
  let before: string | null = null;
  while (keptMinor(kept) < wantedMinor) {
    const page: StoredInvoice[] = await findPayable(db, payer, { before, limit: PAGE_INVOICES });
    kept.push(...page.flatMap(keptIn));
    before = page.at(-1)?.id ?? null;
    if (page.length < PAGE_INVOICES) break;
  }
  return kept;
}

function keptIn({ id: invoiceId, invoice }: StoredInvoice): KeptOf[] {
  if (invoice.status === 'draft') return [];
  const kept = keptOf(invoice);
  return kept.providersMinor + kept.offlineMinor > 0n ? [{ invoiceId, ...kept }] : [];
}
