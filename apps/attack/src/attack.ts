import type { Stage } from './stage.js';

/** One thing that a hostile or careless caller does, and what must hold all the same. */
export interface Attack {
  /** Names it in the report, and for `--only`. */
  readonly name: string;
  /** What must hold, as a sentence. */
  readonly holds: string;
  /** Throws where it does not hold. */
  play(stage: Stage): Promise<void>;
}

/** What does not hold, with what was seen. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

/** Throws `Broken` unless the condition is true; the message says what was seen. */
export function hold(condition: boolean, seen: string): asserts condition {
  if (!condition) throw new Broken(seen);
}
