/** A broken promise inside our own code: a bug, never a caller's mistake. */
export class AssertionFailed extends Error {
  override readonly name = 'AssertionFailed';
}

/** Throws AssertionFailed unless the condition holds; `why` says why it must. */
export function assert(condition: boolean, why: string): asserts condition {
  if (!condition) throw new AssertionFailed(why);
}

/** Ends an exhaustive switch: a new variant is a compile error, an impossible one at run time a bug. */
export function unreachable(value: never): never {
  throw new AssertionFailed(`unreachable value: ${JSON.stringify(value)}`);
}
