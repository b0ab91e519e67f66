import type { LiveStore, Watch } from './live.js';

/** Updates kept for a reader that is slow; beyond it only the newest count, for every update is a whole value. */
const PENDING_MAX = 64;

export interface LiveSource<T> {
  readonly live: LiveStore;
  readonly channels: readonly string[];
  /** First values, read after the watch began, so that nothing falls between. */
  first?(): Promise<readonly T[]>;
  /** Turns a payload into an update; null = not for this reader. */
  next(payload: string): Promise<T | null> | T | null;
}

/**
 * A subscription's source as an explicit iterator: `return()` ends it at once, even while a `next()` waits.
 * (An async generator would keep its listener until the next event.)
 */
export function liveIterator<T>(source: LiveSource<T>): AsyncIterableIterator<T> {
  return new LiveIterator(source);
}

class LiveIterator<T> implements AsyncIterableIterator<T> {
  readonly #pending: T[] = [];
  readonly #waiting: ((result: IteratorResult<T>) => void)[] = [];
  readonly #watches: Watch[] = [];
  #chain: Promise<void> = Promise.resolve();
  #closed = false;
  #failure: { error: unknown } | undefined;
  #opened: Promise<void> | undefined;

  constructor(private readonly source: LiveSource<T>) {}

  async next(): Promise<IteratorResult<T>> {
    this.#opened ??= this.#open();
    await this.#opened;
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#closed) return { value: undefined, done: true };
    const value = this.#pending.shift();
    if (value !== undefined) return { value, done: false };
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<T>> {
    this.#close();
    return { value: undefined, done: true };
  }

  async throw(error: unknown): Promise<IteratorResult<T>> {
    this.#close();
    throw error;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this;
  }

  async #open(): Promise<void> {
    for (const channel of this.source.channels) {
      const watch = await this.source.live.watch(channel, (payload) => this.#receive(payload));
      if (this.#closed) watch.close();
      else this.#watches.push(watch);
    }
    const first = (await this.source.first?.()) ?? [];
    // Values that arrived meanwhile are newer than what was read.
    this.#pending.unshift(...first);
  }

  /** One after the other, so that updates keep their order whatever `next` has to read. */
  #receive(payload: string): void {
    this.#chain = this.#chain.then(async () => {
      if (this.#closed) return;
      try {
        const value = await this.source.next(payload);
        if (value !== null) this.#push(value);
      } catch (error) {
        this.#failure = { error };
        this.#close();
      }
    });
  }

  #push(value: T): void {
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) {
      waiter({ value, done: false });
      return;
    }
    this.#pending.push(value);
    if (this.#pending.length > PENDING_MAX) this.#pending.shift();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const watch of this.#watches) watch.close();
    for (const waiter of this.#waiting.splice(0)) waiter({ value: undefined, done: true });
  }
}
