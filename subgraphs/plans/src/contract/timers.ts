import type { TenantTx } from '@tollgate/runtime/database/db';
import type { DueTimer, TimerHandlers } from '@tollgate/runtime/timers/timers';
import type { TimerPayload as SubscriptionPayload } from '../subscription/aggregate.js';
import type { TimerPayload } from './aggregate.js';
import { passTime, settleContracts } from './handlers/pass.js';

type Handler = TimerHandlers[string];

/** What happens to contracts by itself. */
export const contractTimers: TimerHandlers = {
  contract: async (tx, due) => {
    const passing = due.map(({ dueAt: at, payload }) => ({ ...(payload as TimerPayload), at }));
    await passTime(
      tx,
      passing.sort((a, b) => (a.at < b.at ? -1 : 1)),
    );
  },
};

/**
 * What happens to subscriptions by itself, once their contracts have had their turn: on the system's clock an end of a period
 * may come before what its contract does at the same instant.
 */
export function afterContracts(ofSubscriptions: TimerHandlers): TimerHandlers {
  return Object.fromEntries(
    Object.entries(ofSubscriptions).map(([kind, handler]) => [kind, afterContract(handler)]),
  );
}

function afterContract(handler: Handler): Handler {
  return async (tx: TenantTx, due: readonly DueTimer[]) => {
    const ids = due.map(({ payload }) => (payload as SubscriptionPayload).subscriptionId);
    const last = due.map(({ dueAt }) => dueAt).reduce((a, b) => (a > b ? a : b));
    await settleContracts(tx, ids, last);
    await handler(tx, due);
  };
}
