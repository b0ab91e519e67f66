import { setTimeout as pause } from 'node:timers/promises';
import { isRetryable, Retryable } from '../base/errors.js';
import { AsyncSource } from './async-source.js';
import type { LiveStore, Watch } from './live.js';

/** Things whose change waits for a reader that is slow; beyond it the reader is told that it fell behind. */
const PENDING_MAX = 10_000;
/** A reading that failed for a moment is tried again after these waits; then the stream fails. */
const READ_WAITS_MS = [50, 250, 1_000] as const;
/** After a gap all watchers read anew, spread over this time. */
const GAP_SPREAD_MS = 500;

export interface LiveSource<T> {
  readonly live: LiveStore;
  readonly channels: readonly string[];
  /**
   * First values, read after the watch began, so that nothing falls between; read again when the watch had a gap, with the
   * time (milliseconds of the epoch) since when something may be missing.
   */
  first?(gapSinceMs: number | null): Promise<readonly T[]>;
  /** What a payload tells, read when the reader comes to it; null = not for this reader. */
  next(payload: string): Promise<T | null> | T | null;
  /**
   * Whether a value that is about to be handed over is news to the reader. Asked once for each, in their order. What is
   * told while the first values are read may be older than they are, or in them already: this is where that shows.
   */
  isNews?(value: T): boolean;
  /** What a payload is about: of several that wait for a slow reader only the newest of a key is kept. */
  keyOf?(payload: string): string;
}

/** What waits for the reader: a value that was read, or what was told and is still to be read. */
type Step<T> = { readonly value: T } | { readonly payload: string };

/**
 * A subscription's source as an explicit iterator: `return()` ends it at once, even while a `next()` waits.
 * (An async generator would keep its listener until the next event.) It fails where it would have to be silent about
 * something, and never just ends.
 */
export function liveIterator<T>(source: LiveSource<T>): AsyncIterableIterator<T> {
  return new LiveIterator(source);
}

class LiveIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: LiveSource<T>;
  readonly #values = new AsyncSource<T>({ pendingMax: 1 });
  readonly #steps = new AsyncSource<Step<T>>({
    pendingMax: PENDING_MAX,
    onOverflow: () => this.#values.fail(new Retryable('a watcher fell behind')),
  });
  readonly #watches: Watch[] = [];
  /** What was told while the first values were being read, by what it is about. */
  #early: Map<string, string> | undefined = new Map();
  #told = 0;
  #gaps = 0;
  /** The begin of the earliest gap that is not bridged yet. */
  #gapSinceMs: number | null = null;
  #isNew = true;
  #pumping = false;

  constructor(source: LiveSource<T>) {
    this.#source = source;
    this.#values.onEnd(() => {
      void this.#steps.return();
      for (const watch of this.#watches.splice(0)) watch.close();
    });
  }

  next(): Promise<IteratorResult<T>> {
    const result = this.#values.next();
    if (this.#isNew) {
      this.#isNew = false;
      this.#open().catch((error: unknown) => this.#values.fail(error));
    }
    this.#pump().catch((error: unknown) => this.#values.fail(error));
    return result;
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
      const watch = await this.#source.live.watch(
        channel,
        (payload) => this.#receive(payload),
        (sinceMs) => this.#bridge(sinceMs),
      );
      if (this.#values.ended) return watch.close();
      this.#watches.push(watch);
    }
    await this.#readFirst();
  }

  /** First values, and after them what was told meanwhile. */
  async #readFirst(): Promise<void> {
    let first: readonly T[];
    let gaps: number;
    do {
      gaps = this.#gaps;
      first = (await this.#tried(async () => this.#source.first?.(this.#gapSinceMs))) ?? [];
      // What was told in a gap that came while they were read is in neither.
    } while (gaps !== this.#gaps && !this.#values.ended);
    this.#gapSinceMs = null;
    for (const value of first) this.#steps.push({ value });
    const early = this.#early ?? new Map<string, string>();
    this.#early = undefined;
    for (const [key, payload] of early) this.#steps.push({ payload }, key);
  }

  #receive(payload: string): void {
    const about = this.#source.keyOf?.(payload);
    const key = about === undefined ? `told ${(this.#told += 1)}` : `about ${about}`;
    if (this.#early === undefined) {
      this.#steps.push({ payload }, key);
      return;
    }
    this.#early.delete(key);
    this.#early.set(key, payload);
    if (this.#early.size > PENDING_MAX) this.#values.fail(new Retryable('a watcher fell behind'));
  }

  /** The watch stood still for a while: what was told meanwhile is found by reading the first values again. */
  #bridge(sinceMs: number): void {
    this.#gaps += 1;
    this.#gapSinceMs = Math.min(this.#gapSinceMs ?? sinceMs, sinceMs);
    // A reading that is still to come, or on its way, takes notice.
    if (this.#early !== undefined || this.#values.ended) return;
    this.#early = new Map();
    pause(Math.random() * GAP_SPREAD_MS, undefined, { ref: false })
      .then(() => this.#readFirst())
      .catch((error: unknown) => this.#values.fail(error));
  }

  /** Reads one step after the other, and only while somebody waits for a value. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#values.waiting > 0) {
        const { value: step, done } = await this.#steps.next();
        if (done === true) return;
        const value = 'value' in step ? step.value : await this.#tried(() => this.#source.next(step.payload));
        if (value !== null && this.#source.isNews?.(value) !== false) this.#values.push(value);
      }
    } finally {
      this.#pumping = false;
    }
  }

  /** What fails for a moment does not end the stream. */
  async #tried<V>(read: () => Promise<V> | V): Promise<V> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await read();
      } catch (error) {
        const waitMs = READ_WAITS_MS[failures];
        if (waitMs === undefined || !isRetryable(error) || this.#values.ended) throw error;
        await pause(waitMs, undefined, { ref: false });
      }
    }
  }
}
