export interface AsyncSourceOptions {
  /** Values kept for a reader that is slow; beyond it the oldest are let go, or `onOverflow` is called. */
  readonly pendingMax: number;
  /** Called when there is no place for one more, which is not taken: what feeds this source must see to it. */
  readonly onOverflow?: () => void;
  /** Called once when the reader leaves before the end: what feeds this source may stop. */
  readonly onReturn?: () => void;
}

interface Waiter<T> {
  resolve(result: IteratorResult<T>): void;
  reject(error: unknown): void;
}

/**
 * What is pushed, read by an explicit iterator: `return()` ends it at once, even while a `next()` waits. (An async
 * generator would keep its listener until the next value.) It never holds more than its bound.
 */
export class AsyncSource<T> implements AsyncIterableIterator<T> {
  /** In the order in which they are read; those without a key have a number of their own. */
  readonly #pending = new Map<string | number, T>();
  readonly #waiting: Waiter<T>[] = [];
  readonly #endListeners: (() => void)[] = [];
  readonly #pendingMax: number;
  readonly #onReturn: () => void;
  readonly #onOverflow: (() => void) | undefined;
  #pushed = 0;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor({ pendingMax, onOverflow, onReturn = () => undefined }: AsyncSourceOptions) {
    this.#pendingMax = pendingMax;
    this.#onReturn = onReturn;
    this.#onOverflow = onOverflow;
  }

  /** Values that nobody has taken yet. */
  get size(): number {
    return this.#pending.size;
  }

  /** Readers that wait for a value. */
  get waiting(): number {
    return this.#waiting.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Hands a value to the waiting reader, or keeps it: in place of an older one of the same key, where it has one. */
  push(value: T, key: string | number = this.#pushed++): void {
    if (this.#ended) return;
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) {
      waiter.resolve({ done: false, value });
      return;
    }
    const isReplaced = this.#pending.delete(key);
    if (!isReplaced && this.#pending.size >= this.#pendingMax) {
      if (this.#onOverflow !== undefined) return this.#onOverflow();
      this.#takeOldest();
    }
    this.#pending.set(key, value);
  }

  /** Lets go of everything that nobody has taken. */
  clear(): void {
    this.#pending.clear();
  }

  /** No more will come; what is pending is still read. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const waiter of this.#waiting.splice(0)) waiter.resolve({ done: true, value: undefined });
    for (const listener of this.#endListeners.splice(0)) listener();
  }

  /** As `end`, but the first who asks after what is pending hears why. */
  fail(error: unknown): void {
    if (this.#ended) return;
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#failure = { error };
    else waiter.reject(error);
    this.end();
  }

  /** Called once when it ends, whoever ended it; at once when it has ended already. */
  onEnd(listener: () => void): void {
    if (this.#ended) listener();
    else this.#endListeners.push(listener);
  }

  next(): Promise<IteratorResult<T>> {
    const value = this.#takeOldest();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) return Promise.reject(failure.error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<T>> {
    this.#pending.clear();
    this.#failure = undefined;
    if (!this.#ended) {
      this.end();
      this.#onReturn();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(): Promise<IteratorResult<T>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #takeOldest(): T | undefined {
    for (const [key, value] of this.#pending) {
      this.#pending.delete(key);
      return value;
    }
    return undefined;
  }
}

/** A source of exactly one value. */
export function sourceOf<T>(value: T): AsyncSource<T> {
  const source = new AsyncSource<T>({ pendingMax: 1 });
  source.push(value);
  source.end();
  return source;
}
