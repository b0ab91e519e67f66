import { Notifier } from './notifier.js';
import type { WakeKind } from './wake.js';

/** Background work that is started once and stops after what it has in hand. */
export interface Job {
  start(): void;
  stop(): Promise<void>;
}

/**
 * Work in rounds until it is told to stop. A round does what is there to do and rests on `notifier` when there is
 * nothing; one that throws is transient: it is told to `failed`, and after a pause the next round begins.
 */
export abstract class Loop implements Job {
  protected readonly notifier: Notifier;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  protected constructor(
    wakenBy: WakeKind,
    private readonly backoffMs: number,
    topics?: readonly string[],
  ) {
    this.notifier = new Notifier(wakenBy, topics);
  }

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.notifier.close();
    await this.#done;
  }

  /** A round that takes long looks at this now and then. */
  protected get stopping(): boolean {
    return this.#stopping;
  }

  protected abstract round(): Promise<void>;

  protected abstract failed(error: unknown): void;

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        await this.round();
      } catch (error) {
        if (this.#stopping) return;
        this.failed(error);
        await this.notifier.pause(this.backoffMs);
      }
    }
  }
}
