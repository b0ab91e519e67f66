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
}

export interface ClockAdvanced {
  readonly type: 'TestClockAdvanced';
  readonly now: Instant;
}

export type ClockRejection =
  | { readonly reason: 'NotASandbox'; readonly message: string }
  | { readonly reason: 'ClockGoesBackwards'; readonly message: string; readonly now: Instant }
  | InvalidInput;

/** Where a test clock may go: forward, and not out of sight. Where it stands already, it stays. */
export function decideAdvance(to: Instant, clock: TestClock): Decision<ClockAdvanced, ClockRejection> {
  const { sandbox, now } = clock;
  if (!sandbox) return reject({ reason: 'NotASandbox', message: 'Only a sandbox tenant has a test clock.' });
  if (to < now)
    return reject({ reason: 'ClockGoesBackwards', message: `The clock stands at ${now} already.`, now });
  if (!onTheClock(to) || to > addSeconds(now, CLOCK_STEP_MAX_DAYS * DAY_S))
    return reject(
      invalid(
        'to',
        `A clock goes at most ${CLOCK_STEP_MAX_DAYS} days forward at once, and not beyond the year 2200.`,
      ),
    );
  return to === now ? accept() : accept({ type: 'TestClockAdvanced', now: to });
}
