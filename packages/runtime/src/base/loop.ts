import { Notifier } from './notifier.js';
import type { WakeKind } from './wake.js';

/** Background work that is started once and stops after what it has in hand. */
export interface Job {
  start(): void;
  stop(): Promise<void>;
}

/** Looks for somebody whether there is work, and rings; answered is how it is sent away. */
export interface Sentry {
  watch(ring: () => void): () => void;
}

/**
 * Work in rounds until it is told to stop. A round does what is there to do and rests on `notifier` when there is
 * nothing; one that throws is transient: it is told to `failed`, and after a pause the next round begins.
 */
export abstract class Loop implements Job {
  protected readonly notifier: Notifier;
  #leave: (() => void) | undefined;
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  protected constructor(
    wakenBy: WakeKind,
    private readonly backoffMs: number,
    /** Only bells about these count; undefined = all. */
    topics?: readonly string[],
  ) {
    this.notifier = new Notifier(wakenBy, topics);
  }

  start(): void {
    this.#leave = this.sentry()?.watch(() => this.notifier.wake());
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.end();
    await this.#done;
  }

  /** The round in hand is the last. */
  protected end(): void {
    this.#stopping = true;
    this.#leave?.();
    this.notifier.close();
  }

  /** A round that takes long looks at this now and then. */
  protected get stopping(): boolean {
    return this.#stopping;
  }

  /** Who looks for work that no bell of this process tells of. */
  protected sentry(): Sentry | undefined {
    return undefined;
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
