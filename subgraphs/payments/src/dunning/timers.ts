import type { TimerHandlers } from '@tollgate/runtime/timers/timers';
import { fallDue } from './handlers/due-dates.js';
import { runTimers } from './handlers/retry.js';

/** What falls due on invoices that are not paid. */
export const dunningTimers: TimerHandlers = { ...runTimers, past_due: fallDue };
