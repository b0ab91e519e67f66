import { setTimeout as pause } from 'node:timers/promises';
import type { SubgraphResponse } from './endpoint.js';

/** An event of which something could not be read for a moment is run again after these waits, then told as it is. */
const RUN_WAITS_MS = [100, 500, 2_000] as const;

export interface EventStreamParts {
  readonly source: AsyncIterableIterator<unknown>;
  /** Runs the operation for one event, masked, with a context of its own. */
  readonly run: (event: unknown) => Promise<SubgraphResponse>;
  /** A failure of the source as the gateway may see it. */
  readonly broken: (error: unknown) => Error;
}

/**
 * The results of a subscription. A source that fails makes it throw, for an end would say that there is nothing more to
 * come; `return()` goes straight to the source.
 */
export class EventStream implements AsyncIterableIterator<SubgraphResponse> {
  readonly #parts: EventStreamParts;
  #left = false;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
  }

  async next(): Promise<IteratorResult<SubgraphResponse>> {
    const { source, broken } = this.#parts;
    try {
      const { value, done } = await source.next();
      if (done === true) return { value: undefined, done: true };
      return { value: await this.#run(value), done: false };
    } catch (error) {
      throw broken(error);
    }
  }

  async return(): Promise<IteratorResult<SubgraphResponse>> {
    this.#left = true;
    await this.#parts.source.return?.();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<SubgraphResponse>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The event would not come again: what is transient is given time. */
  async #run(event: unknown): Promise<SubgraphResponse> {
    for (let tries = 0; ; tries += 1) {
      const result = await this.#parts.run(event);
      const waitMs = RUN_WAITS_MS[tries];
      if (waitMs === undefined || this.#left || !isTransient(result)) return result;
      await pause(waitMs, undefined, { ref: false });
    }
  }
}

function isTransient({ errors = [] }: SubgraphResponse): boolean {
  return errors.some(({ extensions }) => extensions?.['code'] === 'UNAVAILABLE');
}
