import { accept, reject, type Decision } from '@tollgate/kernel/decision';
import { addSeconds, instant, type Instant } from '@tollgate/kernel/time/time';
import { invalid, type InvalidInput } from '@tollgate/kernel/input';

/** Everything due on the way happens, so a step is bounded: ten years of billing. */
export const CLOCK_STEP_MAX_DAYS = 3_660;
const DAY_S = 86_400;

/** Calendars are dependable between these; a test clock stays there. */
const CLOCK_FIRST = instant('1970-01-01T00:00:00.000Z');
const CLOCK_LAST = instant('2200-01-01T00:00:00.000Z');

/** Whether a test clock may show this time. */
export function onTheClock(at: Instant): boolean {
  return CLOCK_FIRST <= at && at <= CLOCK_LAST;
}

export interface TestClock {
  readonly sandbox: boolean;
  readonly now: Instant;
  /** Where it is on its way to; null where it stands. */
  readonly target: Instant | null;
}

export interface ClockSent {
  readonly type: 'TestClockSent';
  readonly target: Instant;
}

export type ClockRejection =
  | { readonly reason: 'NotASandbox'; readonly message: string }
  | { readonly reason: 'ClockGoesBackwards'; readonly message: string; readonly now: Instant }
  | InvalidInput;

/**
 * Where a test clock may be sent: forward, and not out of sight. One that is on its way goes on to the new place when it
 * has come to the old one, so a later place is all that it has to know. Where it comes to anyhow, it is not sent.
 */
export function decideAdvance(to: Instant, clock: TestClock): Decision<ClockSent, ClockRejection> {
  const { sandbox, now, target } = clock;
  if (!sandbox) return reject({ reason: 'NotASandbox', message: 'Only a sandbox tenant has a test clock.' });
  if (to < now)
    return reject({ reason: 'ClockGoesBackwards', message: `The clock stands at ${now} already.`, now });
  if (target !== null && to < target)
    return reject({ reason: 'ClockGoesBackwards', message: `The clock is on its way to ${target}.`, now });
  if (!onTheClock(to) || to > addSeconds(now, CLOCK_STEP_MAX_DAYS * DAY_S))
    return reject(
      invalid(
        'input.to',
        `Give an instant at most ${CLOCK_STEP_MAX_DAYS} days ahead, and not beyond the year 2200.`,
      ),
    );
  return to === (target ?? now) ? accept() : accept({ type: 'TestClockSent', target: to });
}

/** What is left to do for a tenant before its clock is at rest. */
export interface ClockWait {
  readonly messages: boolean;
  readonly timers: boolean;
  readonly trouble: string | null;
}

export type ClockStatus = 'IDLE' | 'SETTLING' | 'ADVANCING' | 'STUCK';

/** How it goes with a clock: at rest, waiting for what a command caused, on its way, or kept by something that fails. */
export function clockStatus(target: Instant | null, wait: ClockWait): ClockStatus {
  const atRest = !wait.messages && !wait.timers;
  if (wait.trouble !== null && !atRest) return 'STUCK';
  if (target !== null) return 'ADVANCING';
  return atRest ? 'IDLE' : 'SETTLING';
}
