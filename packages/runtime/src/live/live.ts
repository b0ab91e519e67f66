/**
 * Live values and their fan-out. A value carries a version; an older or equal version changes nothing and tells
 * nobody, so a redelivered batch is harmless and lost values are simply set again from Postgres.
 * Two adapters, one contract test: memory (single process) and Redis.
 */
export interface LiveStore {
  /** Sets values that are newer than what is there and publishes each that changed on its channel. */
  set(values: readonly LiveValue[]): Promise<void>;
  /** Values by key, null where nothing is known (never set, or lost). */
  get(keys: readonly string[]): Promise<(LiveEntry | null)[]>;
  /** Tells the watchers of a channel; nothing is kept. */
  publish(channel: string, payload: string): Promise<void>;
  /**
   * Resolves once the watcher will miss nothing that is published from now on; what it may have missed all the same, for
   * the connection was lost meanwhile, it learns by `onGap`: called when it hears again, with the time (milliseconds of the
   * epoch) since when.
   */
  watch(
    channel: string,
    onMessage: (payload: string) => void,
    onGap?: (sinceMs: number) => void,
  ): Promise<Watch>;
  close(): Promise<void>;
}

export interface LiveEntry {
  readonly version: bigint;
  readonly payload: string;
}

export interface LiveValue extends LiveEntry {
  readonly key: string;
  /** Where a change is told. */
  readonly channel: string;
}

export interface Watch {
  close(): void;
}
