import { assert } from '@tollgate/kernel/assert';
import type { TenantTx } from '@tollgate/runtime/database/db';
import { schedule, type DueTimer } from '@tollgate/runtime/timers/timers';
import { wallets, type WalletChange } from '../balance/aggregate.js';
import { fillingOf } from '../balance/handlers/wallet.js';
import { lockInvoices } from '../invoice/store.js';
import { topUpAutomatically } from './handlers/automatic.js';

/** What falls due for wallets. */
export const walletTimers = { wallet_expiry: expireDue, wallet_top_up: topUpDue };

/** What is left of grants whose end has come is gone, at its own instant. */
async function expireDue(tx: TenantTx, due: readonly DueTimer[]): Promise<void> {
  lockInvoices(tx);
  const loaded = await wallets.load(tx, [...new Set(due.map(walletOf))]);
  const changes: WalletChange[] = [];
  for (const timer of due) {
    const { key: grantId, dueAt: at } = timer;
    const wallet = loaded.get(walletOf(timer));
    assert(wallet !== undefined && wallet.state !== null, 'a grant that ends is in a wallet');
    const decided = wallets.decide(wallet, { type: 'ExpireGrant', grantId, at }, at);
    assert(decided.ok, 'nothing rejects an end');
    loaded.set(wallet.id, decided.change.after);
    changes.push(decided.change);
  }
  await wallets.record(tx, changes);
  // What is gone at its end may leave less than was agreed; what an invoice gives back to an ended grant is no end.
  const ended = changes.filter(({ events }) => events.length > 0);
  await schedule(
    tx,
    ended.flatMap(({ after, at }) => fillingOf(after, at)),
  );
}

/** Wallets that were found to be low are filled, if they still are. */
async function topUpDue(tx: TenantTx, due: readonly DueTimer[]): Promise<void> {
  lockInvoices(tx);
  for (const timer of due) await topUpAutomatically(tx, walletOf(timer), timer.dueAt);
}

function walletOf({ payload }: DueTimer): string {
  const { walletId } = payload as { readonly walletId: string };
  return walletId;
}
