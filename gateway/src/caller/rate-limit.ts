import { RecentMap } from '../base/cache.js';
import { refusal } from '../base/errors.js';

const CALLERS_MAX = 20_000;
/** A caller that was quiet may catch up with this many seconds' worth at once. */
const BURST_SECONDS = 2;
const MS_PER_SECOND = 1_000;

/** A token bucket per key, in memory: it protects this process, it does not meter customers. */
export class RateBudget {
  private readonly buckets = new RecentMap<string, { tokens: number; atMs: number }>(CALLERS_MAX);

  constructor(private readonly perSecond: number) {}

  /** Throws RATE_LIMITED when nothing is left, and takes nothing. */
  check(key: string, nowMs: number): void {
    if (this.left(key, nowMs) < 1) throw limited();
  }

  /** Throws RATE_LIMITED when the caller has used what it had. */
  take(key: string, nowMs: number): void {
    const tokens = this.left(key, nowMs);
    this.buckets.set(key, { tokens: Math.max(0, tokens - 1), atMs: nowMs });
    if (tokens < 1) throw limited();
  }

  private left(key: string, nowMs: number): number {
    const burst = this.perSecond * BURST_SECONDS;
    const bucket = this.buckets.get(key);
    if (bucket === undefined) return burst;
    return Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) / MS_PER_SECOND) * this.perSecond);
  }
}

function limited(): Error {
  return refusal('RATE_LIMITED', 'Too many requests; wait a second');
}

/** How much one caller may have under way at once. */
export class ConcurrencyBudget {
  private readonly running = new Map<string, number>();

  constructor(
    private readonly perCallerMax: number,
    private readonly refuse: () => Error,
  ) {}

  /** Throws when the caller is at its bound; else returns the function that gives the place back (once). */
  enter(key: string): () => void {
    const count = this.running.get(key) ?? 0;
    if (count >= this.perCallerMax) throw this.refuse();
    this.running.set(key, count + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (this.running.get(key) ?? 1) - 1;
      if (now === 0) this.running.delete(key);
      else this.running.set(key, now);
    };
  }
}
