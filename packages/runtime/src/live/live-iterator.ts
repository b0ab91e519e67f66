import type { LiveStore, Watch } from './live.js';

/** Updates kept for a reader that is slow; beyond it the oldest are dropped. */
const PENDING_MAX = 1_000;

/** Readings of the first values while updates keep coming in between. */
const FIRST_READS_MAX = 5;

export interface LiveSource<T> {
  readonly live: LiveStore;
  readonly channels: readonly string[];
  /** First values, read after the watch began, so that nothing falls between. */
  first?(): Promise<readonly T[]>;
  /** Turns a payload into an update; null = not for this reader. */
  next(payload: string): Promise<T | null> | T | null;
  /** What an update replaces: of several that wait for a slow reader only the newest of a key is kept. */
  keyOf?(value: T): string;
}

/**
 * A subscription's source as an explicit iterator: `return()` ends it at once, even while a `next()` waits.
 * (An async generator would keep its listener until the next event.)
 */
export function liveIterator<T>(source: LiveSource<T>): AsyncIterableIterator<T> {
  return new LiveIterator(source);
}

interface Waiter<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

class LiveIterator<T> implements AsyncIterableIterator<T> {
  #pending: T[] = [];
  readonly #waiting: Waiter<T>[] = [];
  readonly #watches: Watch[] = [];
  #chain: Promise<void> = Promise.resolve();
  /** Grows with each reading of the first values; what was received before a reading began is part of it. */
  #reading = 0;
  #state: 'new' | 'opening' | 'open' | 'closed' = 'new';
  #failure: { readonly error: unknown } | undefined;

  constructor(private readonly source: LiveSource<T>) {}

  next(): Promise<IteratorResult<T>> {
    if (this.#state === 'new') {
      this.#state = 'opening';
      this.#open().catch((error: unknown) => this.#fail(error));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#serve();
    });
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
      if (this.#state === 'closed') return watch.close();
      this.#watches.push(watch);
    }
    const first = await this.#readFirst();
    if (this.#state === 'closed') return;
    this.#pending.unshift(...first);
    this.#state = 'open';
    this.#serve();
  }

  /**
   * An update that came in while the values were read may be older than what was read, or newer: nobody can tell.
   * So they are read again until it was quiet meanwhile; what a later reading covers is forgotten.
   */
  async #readFirst(): Promise<readonly T[]> {
    if (this.source.first === undefined) return [];
    for (let reads = 1; ; reads += 1) {
      this.#reading += 1;
      this.#pending = [];
      const first = await this.source.first();
      await this.#chain;
      if (this.#pending.length === 0 || reads >= FIRST_READS_MAX || this.#state === 'closed') return first;
    }
  }

  /** One after the other, so that updates keep their order whatever `next` has to read. */
  #receive(payload: string): void {
    const reading = this.#reading;
    this.#chain = this.#chain.then(async () => {
      if (this.#isCovered(reading)) return;
      try {
        const value = await this.source.next(payload);
        if (value !== null && !this.#isCovered(reading)) this.#push(value);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #isCovered(reading: number): boolean {
    return this.#state === 'closed' || reading < this.#reading;
  }

  #push(value: T): void {
    const key = this.source.keyOf?.(value);
    if (key !== undefined) this.#pending = this.#pending.filter((one) => this.source.keyOf?.(one) !== key);
    this.#pending.push(value);
    if (this.#pending.length > PENDING_MAX) this.#pending.shift();
    this.#serve();
  }

  /** Hands out what there is to those who wait. */
  #serve(): void {
    if (this.#state === 'new' || this.#state === 'opening') return;
    while (this.#waiting.length > 0) {
      if (this.#state === 'closed') {
        this.#end();
        return;
      }
      if (this.#pending.length === 0) return;
      this.#waiting.shift()?.resolve({ value: this.#pending.shift() as T, done: false });
    }
  }

  /** The first who asks hears of a failure, all others of the end. */
  #end(): void {
    for (const waiter of this.#waiting.splice(0)) {
      const failure = this.#failure;
      this.#failure = undefined;
      if (failure === undefined) waiter.resolve({ value: undefined, done: true });
      else waiter.reject(failure.error);
    }
  }

  #fail(error: unknown): void {
    if (this.#state === 'closed') return;
    this.#failure = { error };
    this.#close();
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#pending = [];
    for (const watch of this.#watches.splice(0)) watch.close();
    this.#end();
  }
}
