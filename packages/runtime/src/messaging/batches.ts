/** A message is applied in one transaction: larger ones would only be longer ones. Far below what topics take. */
export const BATCH_BYTES_MAX = 1024 * 1024;

/** Cuts a list into the items of messages: at most so many, and at most 1 MiB as JSON; a larger item goes alone. */
export function batchesOf<T>(items: readonly T[], itemsMax: number): T[][] {
  return batchesOfRuns(
    items.map((item) => [item]),
    itemsMax,
  );
}

/** The same of runs of items that stay together; a longer or larger run goes alone. */
export function batchesOfRuns<T>(runs: readonly (readonly T[])[], itemsMax: number): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const run of runs) {
    const size = run.reduce((sum, item) => sum + Buffer.byteLength(JSON.stringify(item)), 0);
    const batch = batches.at(-1);
    bytes += size;
    if (batch !== undefined && batch.length + run.length <= itemsMax && bytes <= BATCH_BYTES_MAX) {
      batch.push(...run);
      continue;
    }
    batches.push([...run]);
    bytes = size;
  }
  return batches;
}

/** Cuts a list, in its order, where no name has items on both sides; items without a name are runs of their own. */
export function runsOf<T>(items: readonly T[], nameOf: (item: T) => string | undefined): T[][] {
  const last = new Map(items.map((item, place) => [nameOf(item), place]));
  const runs: T[][] = [];
  let end = -1;
  for (const [place, item] of items.entries()) {
    const name = nameOf(item);
    const run = runs.at(-1);
    if (place <= end && run !== undefined) run.push(item);
    else runs.push([item]);
    if (name !== undefined) end = Math.max(end, last.get(name) ?? place);
  }
  return runs;
}
