import { bell, type WakeKind } from './wake.js';

/** A sleep that a wake-up of this kind cuts short. */
export class Notifier {
  #woken = false;
  #closed = false;
  #resolve: (() => void) | undefined;
  readonly #listener = (topics?: readonly string[]): void => {
    if (this.topics !== undefined && topics?.some((topic) => this.topics?.includes(topic)) === false) return;
    this.wake();
  };

  constructor(
    private readonly kind: WakeKind,
    /** Only wake-ups about these count; undefined = all. */
    private readonly topics?: readonly string[],
  ) {
    bell.on(kind, this.#listener);
  }

  /** Sleeps `ms`, less when woken; at once when a wake-up came since the last call. Answers whether it was woken. */
  async sleep(ms: number): Promise<boolean> {
    if (!this.#woken && !this.#closed) await this.#wait(ms);
    const woken = this.#woken;
    this.#woken = false;
    return woken;
  }

  /** Sleeps until it is woken, however long that takes; at once when a wake-up came since the last call. */
  async rest(): Promise<true> {
    if (!this.#woken && !this.#closed) await this.#wait(undefined);
    this.#woken = false;
    return true;
  }

  /** Sleeps `ms` whatever happens, unless it is closed: after a failure, news are no reason to hurry. */
  async pause(ms: number): Promise<void> {
    const end = performance.now() + ms;
    for (let left = ms; left > 0 && !this.#closed; left = end - performance.now()) await this.#wait(left);
  }

  async #wait(ms: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#resolve = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#resolve = undefined;
  }

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  close(): void {
    bell.off(this.kind, this.#listener);
    this.#closed = true;
    this.wake();
  }
}
