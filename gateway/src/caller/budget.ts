import type { RateLimitOptions } from './rate-limit.js';
import { RateLimit } from './rate-limit.js';

/** What a request costs however little it asks for: reading it, looking its caller up, one line of log. */
export const REQUEST_COST = 10;

/** What one caller may spend: every operation is paid with its cost, not with being one request. */
export class CallerBudget {
  readonly #limit: RateLimit;

  constructor(options: RateLimitOptions) {
    this.#limit = new RateLimit(options);
  }

  /** Pays for a request before it is read. Throws RATE_LIMITED when nothing is left. */
  async enter(key: string): Promise<void> {
    await this.#limit.take(key, REQUEST_COST);
  }

  /** Pays for what the request turned out to ask for, beyond what it paid when it came. */
  async pay(key: string, cost: number): Promise<void> {
    if (cost > REQUEST_COST) await this.#limit.take(key, cost - REQUEST_COST);
  }

  /** Gives back what was paid for and not answered, where that is worth the counting; a request is paid in any case. */
  async giveBack(
    key: string,
    { paid, answered }: { readonly paid: number; readonly answered: number },
  ): Promise<void> {
    const unused = paid - Math.max(answered, REQUEST_COST);
    if (unused > 0) await this.#limit.giveBack(key, unused);
  }
}
