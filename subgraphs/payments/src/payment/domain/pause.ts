export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BACKOFF_BASE_MS = 1_000;
const BACKOFF_EXPONENT_MAX = 11;

/** 1 s, 2 s, 4 s … 34 min. */
export function backoffMs(failures: number): number {
  return BACKOFF_BASE_MS * 2 ** Math.min(failures, BACKOFF_EXPONENT_MAX);
}

/** Half a minute, a minute … then daily: the provider's webhook usually comes first. */
export function confirmPauseMs(looks: number): number {
  return Math.min((MINUTE_MS / 2) * 2 ** looks, DAY_MS);
}
