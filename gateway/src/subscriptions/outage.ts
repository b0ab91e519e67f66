/** A source that broke is opened again after these waits, then every few seconds. */
const REOPEN_WAITS_MS = [100, 250, 500, 1_000, 2_000] as const;
const REOPEN_EVERY_MS = 3_000;
/** Then its subscribers are told. */
const GIVE_UP_MS = 120_000;
/** A source that was open for so long is not the one that broke before. */
const SOUND_MS = 10_000;

/** How long a source has been away, and when it is worth another try. */
export class Outage {
  #failures = 0;
  #sinceMs: number | undefined;
  #openedAtMs = Number.POSITIVE_INFINITY;
  #begunAtMs = 0;

  /** The source was opened, which does not say yet that it works. */
  opened(): void {
    this.#openedAtMs = performance.now();
  }

  /** True from the first failure until the source works. */
  get isOn(): boolean {
    return this.#sinceMs !== undefined;
  }

  /** When the first failure was noticed, in milliseconds of the epoch. */
  get begunAtMs(): number {
    return this.#begunAtMs;
  }

  /** The source works. */
  over(): void {
    this.#failures = 0;
    this.#sinceMs = undefined;
  }

  /** The source failed (again); how long to wait before the next try, or undefined when it is time to give up. */
  failed(): number | undefined {
    const nowMs = performance.now();
    if (nowMs - this.#openedAtMs > SOUND_MS) this.over();
    this.#openedAtMs = Number.POSITIVE_INFINITY;
    if (this.#sinceMs === undefined) [this.#sinceMs, this.#begunAtMs] = [nowMs, Date.now()];
    if (nowMs - this.#sinceMs > GIVE_UP_MS) return undefined;
    this.#failures += 1;
    return REOPEN_WAITS_MS[this.#failures - 1] ?? REOPEN_EVERY_MS;
  }
}
