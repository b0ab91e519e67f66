import { walletChannel } from '@tollgate/contracts/live';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import { findWallet, findWallets, type WalletRow } from '../balance/store/wallet.js';

export interface WalletWatch {
  readonly db: Database;
  readonly live: LiveStore;
  readonly scope: Scope;
  readonly customerId: string;
  /** Null = all of the customer's wallets. */
  readonly currency: Currency | null;
}

/** A customer's wallets as they are, and after each change, read anew when it is told; what came does not come again. */
export function watchWallets(watch: WalletWatch): AsyncIterableIterator<WalletRow> {
  const { db, live, scope, customerId, currency } = watch;
  const sent = new Map<string, number>();
  const isWanted = (row: WalletRow): boolean => currency === null || row.currency === currency;
  return liveIterator<WalletRow>({
    live,
    channels: [walletChannel(scope.tenantId, customerId)],
    first: async () => (await findWallets(db.reader(scope), [customerId])).filter(isWanted),
    next: async (payload) => {
      const { walletId, revision } = toldOf(payload);
      if (revision <= (sent.get(walletId) ?? 0)) return null;
      const row = await findWallet(db.reader(scope), walletId);
      return row !== null && isWanted(row) ? row : null;
    },
    isNews: ({ id, revision }) => {
      if (revision <= (sent.get(id) ?? 0)) return false;
      sent.set(id, revision);
      return true;
    },
    keyOf: (payload) => toldOf(payload).walletId,
  });
}

/** What `walletLive` wrote. */
function toldOf(payload: string): { readonly walletId: string; readonly revision: number } {
  return JSON.parse(payload) as { walletId: string; revision: number };
}
