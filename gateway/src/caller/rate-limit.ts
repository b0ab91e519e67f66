import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RedisConnection } from '@tollgate/runtime/live/redis';
import { rejection } from '../base/errors.js';

/** What is counted together: a caller may use this many seconds' worth at once and then waits for the next window. */
const WINDOW_SECONDS = 2;

export interface RateLimitOptions {
  /** Keeps several limits apart in one Redis. */
  readonly name: string;
  readonly perSecond: number;
  /** Counts for all gateways together; absent, each process counts alone. */
  readonly redis?: RedisConnection | undefined;
}

/** How often a caller may ask. While Redis is out of reach every process counts alone: nobody is locked out by it. */
export class RateLimit {
  readonly #limiter: RateLimiterAbstract;

  constructor(options: RateLimitOptions) {
    this.#limiter = limiterOf(options);
  }

  /** Throws RATE_LIMITED where nothing is left, and takes nothing. */
  async look(key: string): Promise<void> {
    const used = await this.#limiter.get(key);
    if (used !== null && used.remainingPoints <= 0) throw limited();
  }

  /** Takes one, or so many points; throws RATE_LIMITED when the caller has used what it had. */
  async take(key: string, points = 1): Promise<void> {
    try {
      await this.#limiter.consume(key, points);
    } catch (failure) {
      throw failure instanceof RateLimiterRes ? limited() : failure;
    }
  }

  /** Gives points back that were taken and not used. */
  async giveBack(key: string, points: number): Promise<void> {
    await this.#limiter.reward(key, points);
  }
}

function limiterOf({ name, perSecond, redis }: RateLimitOptions): RateLimiterAbstract {
  const points = perSecond * WINDOW_SECONDS;
  const memory = new RateLimiterMemory({ keyPrefix: name, points, duration: WINDOW_SECONDS });
  if (redis === undefined) return memory;
  return new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `tollgate:rate:${name}`,
    points,
    duration: WINDOW_SECONDS,
    // Who has used it up is not asked about again until the window is over.
    inMemoryBlockOnConsumed: points + 1,
    rejectIfRedisNotReady: true,
    insuranceLimiter: memory,
  });
}

function limited(): Error {
  return rejection('RATE_LIMITED', 'Too much was asked for at once; wait a second');
}
