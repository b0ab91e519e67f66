import type { TimerHandlers } from '@tollgate/runtime/timers/timers';
import { reservations } from './aggregate.js';

/** Reservations whose time is over; those that ended before stay as they are. */
export const reservationTimers: TimerHandlers = {
  reservation_expiry: async (tx, due) => {
    const loaded = await reservations.load(
      tx,
      due.map(({ key }) => key),
    );
    const changes = due.flatMap(({ key, dueAt: at }) => {
      const found = loaded.get(key);
      if (found === undefined || found.version === 0) return [];
      const decided = reservations.decide(found, { type: 'expire', at }, at);
      return decided.ok ? [decided.change] : [];
    });
    await reservations.record(tx, changes);
  },
};
