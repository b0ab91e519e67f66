const MINUTE_MS = 60_000;

/** So many in any one minute, counted from the first of them. */
export class Allowance {
  readonly #max: number;
  readonly #now: () => number;
  #since = 0;
  #used = 0;

  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#max = perMinute;
    this.#now = now;
  }

  /** Takes one; false where there is none left. */
  take(): boolean {
    const now = this.#now();
    if (this.#used === 0 || now - this.#since >= MINUTE_MS) {
      this.#since = now;
      this.#used = 0;
    }
    if (this.#used >= this.#max) return false;
    this.#used += 1;
    return true;
  }
}
