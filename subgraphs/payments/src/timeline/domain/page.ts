/** Something that happened, as any context tells it. */
export interface Fact {
  /** The later of two is the greater text. */
  readonly position: string;
}

/** A page of facts, the newest first. */
export interface FactPage<F extends Fact> {
  readonly facts: readonly F[];
  readonly hasNextPage: boolean;
}

/** The newest of what all contexts tell. Each tells one more than a page has, or all there is. */
export function newest<F extends Fact>(parts: readonly (readonly F[])[], first: number): FactPage<F> {
  const facts = parts.flat().sort((a, b) => (a.position < b.position ? 1 : -1));
  return { facts: facts.slice(0, first), hasNextPage: facts.length > first };
}
