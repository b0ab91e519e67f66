/** How much one caller may have under way at once, in this process. */
export class ConcurrencyLimit {
  readonly #running = new Map<string, number>();
  readonly #perCallerMax: number;
  readonly #reject: () => Error;

  constructor(perCallerMax: number, reject: () => Error) {
    this.#perCallerMax = perCallerMax;
    this.#reject = reject;
  }

  /** Throws when the caller is at its bound; else returns the function that gives the place back (once). */
  enter(key: string): () => void {
    const count = this.#running.get(key) ?? 0;
    if (count >= this.#perCallerMax) throw this.#reject();
    this.#running.set(key, count + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const now = (this.#running.get(key) ?? 1) - 1;
      if (now === 0) this.#running.delete(key);
      else this.#running.set(key, now);
    };
  }
}
