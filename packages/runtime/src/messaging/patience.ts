/** So long may messages that fail hold up those behind them, in all: enough for all tries of one. */
const PATIENCE_MAX_MS = 3_000;
/** It comes back at this part of the time that passes. */
const RECOVERY = 0.1;

/** How long a consumer still waits for messages that may succeed at the next try, before it sets them aside. */
export class Patience {
  #leftMs = PATIENCE_MAX_MS;
  #asOfMs: number;

  constructor(private readonly nowMs: () => number = () => performance.now()) {
    this.#asOfMs = nowMs();
  }

  /** Whether so long may be waited now; if so, it is spent. */
  spend(ms: number): boolean {
    const nowMs = this.nowMs();
    this.#leftMs = Math.min(this.#leftMs + (nowMs - this.#asOfMs) * RECOVERY, PATIENCE_MAX_MS);
    this.#asOfMs = nowMs;
    if (this.#leftMs < ms) return false;
    this.#leftMs -= ms;
    return true;
  }
}
