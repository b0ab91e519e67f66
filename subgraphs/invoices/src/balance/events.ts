import { walletChanged } from '@tollgate/contracts/invoices/wallet';
import type { Id } from '@tollgate/kernel/id';
import type { Change } from '@tollgate/runtime/command/aggregate';
import { outgoing, type Outgoing } from '@tollgate/runtime/messaging/outbox';
import type { Wallet, WalletEvent } from './domain/wallet-state.js';

/** What watchers of wallets are told: once for each wallet that changed. Ids are checked when a message is written. */
export function walletMessages(changes: readonly Change<Wallet | null, WalletEvent>[]): Outgoing[] {
  const latest = new Map(changes.map((change) => [change.id, change]));
  return [...latest.values()].flatMap(({ id, after: { state, version: revision }, at: occurredAt }) => {
    if (state === null) return [];
    const { customerId, currency } = state;
    const of = { walletId: id as Id<'wal'>, customerId: customerId as Id<'cus'> };
    return [
      outgoing(walletChanged, {
        aggregate: customerId,
        occurredAt,
        data: { ...of, currency, revision },
      }),
    ];
  });
}
