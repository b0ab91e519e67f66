/** How many lines an item needs, and how many there is room for. */
export interface Packing<T> {
  readonly linesMax: number;
  linesOf(item: T): number;
}

/** Consecutive items with at most so many lines; one that has more goes alone. */
export function packed<T>(items: readonly T[], { linesMax, linesOf }: Packing<T>): T[][] {
  const groups: T[][] = [];
  let lines = 0;
  for (const item of items) {
    const own = linesOf(item);
    const group = groups.at(-1);
    lines += own;
    if (group !== undefined && lines <= linesMax) {
      group.push(item);
      continue;
    }
    groups.push([item]);
    lines = own;
  }
  return groups;
}
