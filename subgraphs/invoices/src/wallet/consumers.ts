import { walletChanged } from '@tollgate/contracts/invoices/wallet';
import { walletChannel } from '@tollgate/contracts/live';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { onMany, type Subscription } from '@tollgate/runtime/messaging/consume';

/** Tells watchers about changes, from our own event in the log: nobody hears of what was not committed. */
export function walletLive(live: LiveStore): Subscription {
  return onMany(walletChanged, async (_tx, messages) => {
    await Promise.all(
      messages.map(({ tenant, data: { walletId, customerId, revision } }) =>
        live.publish(walletChannel(tenant, customerId), JSON.stringify({ walletId, revision })),
      ),
    );
  });
}
