import { assert } from '@tollgate/kernel/assert';
import type { TimerHandlers } from '@tollgate/runtime/timers/timers';
import { quotes, type TimerPayload } from './aggregate.js';

/** Quotes whose time is over; those that were answered stay as they are. */
export const quoteTimers: TimerHandlers = {
  quote: async (tx, due) => {
    const wanted = due.map(({ dueAt, payload }) => ({ dueAt, ...(payload as TimerPayload) }));
    const loaded = await quotes.load(
      tx,
      wanted.map(({ quoteId }) => quoteId),
    );
    const changes = wanted.map(({ quoteId, dueAt: now }) => {
      const found = loaded.get(quoteId);
      assert(found !== undefined, 'a timer commits together with its quote');
      const decided = quotes.decide(found, { type: 'ExpireQuote', now }, now);
      assert(decided.ok, 'nothing rejects a timer');
      return decided.change;
    });
    await quotes.record(tx, changes);
  },
};
