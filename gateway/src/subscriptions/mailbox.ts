/** Newest pending values of one subscription; a subscription that watches more things loses the oldest. */
export const PENDING_KEYS_MAX = 1_000;

/**
 * What a slow reader has not taken yet: per key only the newest value, so it never grows without bound.
 * An explicit iterator: `return()` ends it at once, even while a `next()` waits.
 */
export class Mailbox<T> implements AsyncIterableIterator<T> {
  private readonly pending = new Map<string, T>();
  private readonly waiting: ((result: IteratorResult<T>) => void)[] = [];
  private ended = false;
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly onReturn: () => void) {}

  /** Called once when the mailbox ends, whoever ended it; at once when it has ended already. */
  onEnd(listener: () => void): void {
    if (this.ended) listener();
    else this.listeners.push(listener);
  }

  /** Hands a value to the waiting reader, or keeps it in place of the older one of the same key. */
  put(key: string, value: T): void {
    if (this.ended) return;
    const reader = this.waiting.shift();
    if (reader !== undefined) {
      reader({ done: false, value });
      return;
    }
    this.pending.delete(key);
    this.pending.set(key, value);
    if (this.pending.size > PENDING_KEYS_MAX) this.takeOldest();
  }

  /** The source has ended: what is pending is still delivered. */
  end(): void {
    this.ended = true;
    for (const listener of this.listeners.splice(0)) listener();
    for (const reader of this.waiting.splice(0)) reader({ done: true, value: undefined });
  }

  next(): Promise<IteratorResult<T>> {
    const value = this.takeOldest();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  return(): Promise<IteratorResult<T>> {
    this.pending.clear();
    if (!this.ended) this.onReturn();
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(): Promise<IteratorResult<T>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get size(): number {
    return this.pending.size;
  }

  private takeOldest(): T | undefined {
    for (const [key, value] of this.pending) {
      this.pending.delete(key);
      return value;
    }
    return undefined;
  }
}
