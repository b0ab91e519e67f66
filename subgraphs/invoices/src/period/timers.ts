import type { TimerHandlers } from '@tollgate/runtime/timers/timers';
import type { HeldBill } from './handlers/held.js';
import { takeHeld } from './handlers/told.js';

/** What waits for something outside of billing. */
export const periodTimers: TimerHandlers = {
  held_bill: (tx, due) =>
    takeHeld(
      tx,
      due.map(({ payload }) => payload as HeldBill),
    ),
};
