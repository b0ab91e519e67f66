/** What costs more than it did, as `name: what before -> now`. */
export function grown(
  now: Readonly<Record<string, Readonly<Record<string, number>>>>,
  before: Readonly<Record<string, Readonly<Record<string, number>>>>,
): string[];
