import { setTimeout as wait } from 'node:timers/promises';
import { rejection } from '../base/errors.js';

/** What one caller may have waiting, and all callers together. */
const WAITING_PER_CALLER_MAX = 64;
const WAITING_MAX = 1_000;

type Job = () => Promise<void>;

/**
 * Work that holds up the whole process for as long as it takes: one piece after the other, callers in turn, and after
 * each as long a pause as it took, in which everybody else goes on.
 */
export class PlanningQueue {
  readonly #waiting = new Map<string, Job[]>();
  #count = 0;
  #running = false;

  /** The result of the work. Throws RATE_LIMITED where too much waits already. */
  async take<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    const queue = this.#waiting.get(key) ?? [];
    if (queue.length >= WAITING_PER_CALLER_MAX || this.#count >= WAITING_MAX) {
      throw rejection('RATE_LIMITED', 'Too many new documents at once; wait a second');
    }
    this.#count += 1;
    return await new Promise((resolve, reject) => {
      queue.push(async () => {
        try {
          resolve(await work());
        } catch (error) {
          // Whatever it was: who asked for the work hears of it, and the next one has its turn.
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
      this.#waiting.set(key, queue);
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      const startedAt = performance.now();
      await job();
      await wait(performance.now() - startedAt);
    }
    this.#running = false;
  }

  /** The first job of the caller whose turn it is; the caller then waits behind all others. */
  #next(): Job | undefined {
    for (const [key, queue] of this.#waiting) {
      this.#waiting.delete(key);
      const job = queue.shift();
      if (queue.length > 0) this.#waiting.set(key, queue);
      if (job === undefined) continue;
      this.#count -= 1;
      return job;
    }
    return undefined;
  }
}
