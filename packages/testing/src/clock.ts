import { instant, instantFromMs, toMs, type Instant } from '@tollgate/kernel/time/time';

/** A clock that stands still until a test moves it. */
export interface ManualClock {
  /** Milliseconds, in the place of `Date.now`. */
  readonly nowMs: () => number;
  readonly now: () => Instant;
  /** Moves on by so many milliseconds. */
  advance(ms: number): void;
}

/** A clock that starts at this instant. */
export const manualClock = (startsAt: string): ManualClock => {
  let nowMs = toMs(instant(startsAt));
  return {
    nowMs: () => nowMs,
    now: () => instantFromMs(nowMs),
    advance: (ms) => {
      nowMs += ms;
    },
  };
};
