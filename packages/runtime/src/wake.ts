import { EventEmitter } from 'node:events';

/**
 * Wakes the pollers of this process after a commit, so that in a single process nothing waits for the next poll.
 * A lost wake-up costs one poll interval, nothing else.
 */
const bell = new EventEmitter();
bell.setMaxListeners(0);

export function wakeLog(): void {
  bell.emit('log');
}

export function wakeTimers(): void {
  bell.emit('timers');
}

/** A sleep that a wake-up of this kind cuts short. */
export class Snooze {
  #woken = false;
  #resolve: (() => void) | undefined;
  readonly #listener = (): void => {
    this.#woken = true;
    this.#resolve?.();
  };

  constructor(private readonly kind: 'log' | 'timers') {
    bell.on(kind, this.#listener);
  }

  /** Sleeps `ms`, less when woken; at once when a wake-up came since the last call. */
  async sleep(ms: number): Promise<void> {
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#resolve = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#resolve = undefined;
    this.#woken = false;
  }

  wake(): void {
    this.#listener();
  }

  close(): void {
    bell.off(this.kind, this.#listener);
    this.#listener();
  }
}
