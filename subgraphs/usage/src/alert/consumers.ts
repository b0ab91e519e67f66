import { alertChannel } from '@tollgate/contracts/live';
import { usageAlertReached } from '@tollgate/contracts/usage/alert';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { onMany, type ConsumerOptions } from '@tollgate/runtime/messaging/consume';

/**
 * Tells watchers what alerts were reached. It follows our own event in the log and not the command, so that nobody hears of
 * what was not committed.
 */
export function liveConsumer(live: LiveStore): ConsumerOptions {
  return {
    name: 'usage-live',
    subscriptions: [
      onMany(usageAlertReached, async (_tx, messages) => {
        const told = messages.flatMap(({ tenant, data: { reachedId, customerId } }) =>
          [alertChannel(tenant), alertChannel(tenant, customerId)].map((channel) => ({ channel, reachedId })),
        );
        await Promise.all(told.map(({ channel, reachedId }) => live.publish(channel, reachedId)));
      }),
    ],
  };
}
