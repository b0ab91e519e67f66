import type { Notifier } from '../base/notifier.js';

const POLL_MS = 2;
const POLL_MAX_MS = 50;
const GROWTH = 1.5;

/** How readers of the outbox rest: short when a commit is at hand, ever longer while a transaction holds back what is there. */
export class UnsettledRest {
  #pollMs = POLL_MS;

  constructor(private readonly notifier: Notifier) {}

  /** Rows were there. */
  reset(): void {
    this.#pollMs = POLL_MS;
  }

  /** Until there may be more to read. */
  async rest(unsettled: boolean): Promise<void> {
    const woken = unsettled ? await this.notifier.sleep(this.#pollMs) : await this.notifier.rest();
    this.#pollMs = woken ? POLL_MS : Math.min(this.#pollMs * GROWTH, POLL_MAX_MS);
  }
}
