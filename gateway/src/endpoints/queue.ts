/** Events that came while an earlier one was being completed; beyond it the oldest are let go. */
export const EVENTS_MAX = 1_000;

/** A push source as an explicit iterator: `return()` stops it at once, even while a `next()` waits. */
export class EventQueue<T> implements AsyncIterableIterator<T> {
  private readonly events: T[] = [];
  private readonly waiting: {
    resolve: (result: IteratorResult<T>) => void;
    reject: (error: Error) => void;
  }[] = [];
  private failure: Error | undefined;
  private ended = false;

  constructor(private readonly stop: () => void) {}

  push(event: T): void {
    if (this.ended) return;
    const reader = this.waiting.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: event });
      return;
    }
    this.events.push(event);
    if (this.events.length > EVENTS_MAX) this.events.shift();
  }

  end(): void {
    this.ended = true;
    for (const reader of this.waiting.splice(0)) reader.resolve({ done: true, value: undefined });
  }

  fail(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    const readers = this.waiting.splice(0);
    if (readers.length === 0) this.failure = error;
    for (const reader of readers) reader.reject(error);
  }

  next(): Promise<IteratorResult<T>> {
    const event = this.events.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    const failure = this.failure;
    this.failure = undefined;
    if (failure !== undefined) return Promise.reject(failure);
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<T>> {
    this.events.length = 0;
    const running = !this.ended;
    this.end();
    if (running) this.stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
