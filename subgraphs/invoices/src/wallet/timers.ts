import { assert } from '@tollgate/kernel/assert';
import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer } from '@tollgate/runtime/timers/timers';
import { wallets, type WalletChange } from '../balance/aggregate.js';
import { lockInvoices } from '../invoice/store.js';

/** What falls due for wallets. */
export const walletTimers = { wallet_expiry: expireDue };

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
}

function walletOf({ payload }: DueTimer): string {
  const { walletId } = payload as { readonly walletId: string };
  return walletId;
}
