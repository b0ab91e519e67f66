import {
  codeOf,
  isConnectionLoss,
  isRetryable,
  isTimeout,
  OutdatedStatement,
  Retryable,
  VersionConflict,
} from '../base/errors.js';

const TRANSACTION_TRIES_MAX = 5;
const CONFLICT_TRIES_MAX = 20;
const RETRY_BASE_MS = 5;
const RETRY_WAIT_MAX_MS = 250;

/** Runs a transaction again, a bounded number of times, where what failed is over at the next try. */
export async function retried<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      // Of writers that meet at one stream one gets through each time: with many of them the others need more turns.
      const triesMax = error instanceof VersionConflict ? CONFLICT_TRIES_MAX : TRANSACTION_TRIES_MAX;
      if (attempt >= triesMax || !isRetryable(error) || isTimeout(error) || isConnectionLoss(error))
        throw asTransient(error);
      const waitMs = Math.min(RETRY_BASE_MS * 2 ** attempt, RETRY_WAIT_MAX_MS) * Math.random();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

const OUTDATED_TRIES_MAX = 3;

/** For a statement that commits by itself: runs it again only where it was not carried out at all. */
export async function retriedWhereOutdated<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt >= OUTDATED_TRIES_MAX || !(error instanceof OutdatedStatement)) throw error;
    }
  }
}

/** A lost connection after COMMIT was sent leaves the outcome unknown; the caller's idempotency decides, not we. */
function asTransient(error: unknown): unknown {
  return isConnectionLoss(error)
    ? new Retryable(`database unreachable: ${codeOf(error)}`, { cause: error })
    : error;
}
