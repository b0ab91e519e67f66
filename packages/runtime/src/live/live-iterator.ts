import { AsyncSource } from './async-source.js';
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
  /**
   * Whether a value that is about to be handed over is news to the reader. Asked once for each, in their order: what
   * was read and then forgotten, for it was read again, must not count as had.
   */
  isNews?(value: T): boolean;
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

class LiveIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: LiveSource<T>;
  readonly #values = new AsyncSource<T>({ pendingMax: PENDING_MAX });
  readonly #watches: Watch[] = [];
  /** What came while the first values were being read. */
  #early: T[] = [];
  #chain: Promise<void> = Promise.resolve();
  /** Grows with each reading of the first values; what was received before a reading began is part of it. */
  #reading = 0;
  #state: 'new' | 'opening' | 'open' = 'new';

  constructor(source: LiveSource<T>) {
    this.#source = source;
    this.#values.onEnd(() => {
      for (const watch of this.#watches.splice(0)) watch.close();
    });
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#state === 'new') {
      this.#state = 'opening';
      this.#open().catch((error: unknown) => this.#values.fail(error));
    }
    return this.#values.next();
  }

  return(): Promise<IteratorResult<T>> {
    return this.#values.return();
  }

  async throw(error: unknown): Promise<IteratorResult<T>> {
    await this.#values.return();
    throw error;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    return this;
  }

  async #open(): Promise<void> {
    for (const channel of this.#source.channels) {
      const watch = await this.#source.live.watch(channel, (payload) => this.#receive(payload));
      if (this.#values.ended) return watch.close();
      this.#watches.push(watch);
    }
    const first = await this.#readFirst();
    this.#state = 'open';
    for (const value of [...first, ...this.#early.splice(0)]) this.#push(value);
  }

  /**
   * An update that came in while the values were read may be older than what was read, or newer: nobody can tell.
   * So they are read again until it was quiet meanwhile; what a later reading covers is forgotten.
   */
  async #readFirst(): Promise<readonly T[]> {
    if (this.#source.first === undefined) return [];
    for (let reads = 1; ; reads += 1) {
      this.#reading += 1;
      this.#early = [];
      const first = await this.#source.first();
      await this.#chain;
      if (this.#early.length === 0 || reads >= FIRST_READS_MAX || this.#values.ended) return first;
    }
  }

  /** One after the other, so that updates keep their order whatever `next` has to read. */
  #receive(payload: string): void {
    const reading = this.#reading;
    this.#chain = this.#chain.then(async () => {
      if (this.#isCovered(reading)) return;
      try {
        const value = await this.#source.next(payload);
        if (value === null || this.#isCovered(reading)) return;
        if (this.#state === 'open') this.#push(value);
        else this.#keepEarly(value);
      } catch (error) {
        this.#values.fail(error);
      }
    });
  }

  #isCovered(reading: number): boolean {
    return this.#values.ended || reading < this.#reading;
  }

  #push(value: T): void {
    if (this.#source.isNews?.(value) === false) return;
    this.#values.push(value, this.#source.keyOf?.(value));
  }

  #keepEarly(value: T): void {
    this.#early.push(value);
    if (this.#early.length > PENDING_MAX) this.#early.shift();
  }
}
