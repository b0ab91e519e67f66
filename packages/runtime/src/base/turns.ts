/**
 * Computations that each take their time run one after the other, and between two of them everybody else has a turn: one
 * request with many of them keeps nobody waiting but itself.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** What the computation gives, when those before it are done. */
  run<T>(compute: () => T): Promise<T> {
    const result = this.#last.then(nextTurn).then(compute);
    this.#last = result.catch(ignore);
    return result;
  }
}

/** Everybody else has a turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function ignore(): void {
  return;
}
