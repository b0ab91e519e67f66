/**
 * Live values and their fan-out. A value carries a version; an older or equal version changes nothing and tells
 * nobody, so a redelivered batch is harmless and lost values are simply set again from Postgres.
 * Two adapters, one contract test: memory (single process) and Redis.
 */
export interface LiveStore {
  /** Whether other processes set values here and watch them. */
  readonly isShared: boolean;
  /** Sets values that are newer than what is there and publishes each that changed on its channel. */
  set(values: readonly LiveValue[]): Promise<void>;
  /** Values by key, null where nothing is known (never set, or lost). */
  get(keys: readonly string[]): Promise<(LiveEntry | null)[]>;
  /**
   * These values changed and nobody has read them yet. Forgets those that nobody watches: who asks for one reads it then.
   * True for those that are to be read and set now; where others share the store, it does not know who watches, and that is
   * all of them.
   */
  outdate(values: readonly LiveName[]): readonly boolean[];
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

/** What a value is kept under, and where a change of it is told. */
export interface LiveName {
  readonly key: string;
  readonly channel: string;
}

export interface LiveValue extends LiveEntry, LiveName {}

export interface Watch {
  close(): void;
}
