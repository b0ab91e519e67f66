const PAUSE_MIN_MS = 250;
const PAUSE_MAX_MS = 30_000;
/** Who lived so long is started as if it had never ended. */
const STEADY_MS = 60_000;

/** Milliseconds until the next start of a process that ended by itself: each life that was short doubles the pause. */
export function restartPauseMs(lastPauseMs: number, livedMs: number): number {
  if (lastPauseMs === 0 || livedMs >= STEADY_MS) return PAUSE_MIN_MS;
  return Math.min(lastPauseMs * 2, PAUSE_MAX_MS);
}
