/**
 * Objects and list elements of a JSON value: what somebody has to look at one by one. A loop, because a caller may nest
 * deeper than any stack.
 */
export function inputCost(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let cost = Array.isArray(value) ? 0 : 1;
  const open: object[] = [value];
  for (let holder = open.pop(); holder !== undefined; holder = open.pop()) {
    const isList = Array.isArray(holder);
    for (const part of Object.values(holder) as unknown[]) {
      const isOpen = typeof part === 'object' && part !== null;
      if (isOpen) open.push(part);
      if (isList || (isOpen && !Array.isArray(part))) cost += 1;
    }
  }
  return cost;
}
