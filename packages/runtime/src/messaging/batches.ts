/** A message is applied in one transaction: larger ones would only be longer ones. Far below what topics take. */
export const BATCH_BYTES_MAX = 1024 * 1024;

/** Cuts a list into the items of messages: at most so many, and at most 1 MiB as JSON; a larger item goes alone. */
export function batchesOf<T>(items: readonly T[], itemsMax: number): T[][] {
  const batches: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = Buffer.byteLength(JSON.stringify(item));
    const batch = batches.at(-1);
    bytes += size;
    if (batch !== undefined && batch.length < itemsMax && bytes <= BATCH_BYTES_MAX) {
      batch.push(item);
      continue;
    }
    batches.push([item]);
    bytes = size;
  }
  return batches;
}
