import type { ExecutionResult } from 'graphql';
import type { SubgraphResponse } from './endpoint.js';

/** Passes results on, masked; a source that fails becomes a last, masked result; `return()` goes straight to it. */
export class ShownResults implements AsyncIterableIterator<SubgraphResponse> {
  #failed = false;

  constructor(
    private readonly source: AsyncIterableIterator<ExecutionResult>,
    private readonly shown: (result: ExecutionResult) => SubgraphResponse,
    private readonly failure: (error: unknown) => SubgraphResponse,
  ) {}

  async next(): Promise<IteratorResult<SubgraphResponse>> {
    if (this.#failed) return { value: undefined, done: true };
    try {
      const { value, done } = await this.source.next();
      if (done === true) return { value: undefined, done: true };
      return { value: this.shown(value as ExecutionResult), done: false };
    } catch (error) {
      this.#failed = true;
      return { value: this.failure(error), done: false };
    }
  }

  async return(): Promise<IteratorResult<SubgraphResponse>> {
    await this.source.return?.();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<SubgraphResponse>> {
    await this.source.return?.();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
