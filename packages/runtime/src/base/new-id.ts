import { randomBytes } from 'node:crypto';
import { formatId, type Id, type IdPrefix } from '@tollgate/kernel/id';

const RANDOM_BYTES = 10;

/** A fresh id, ordered by the time it was made. Nobody reads that time back out of it. */
export function newId<P extends IdPrefix>(prefix: P): Id<P> {
  return formatId(prefix, { timeMs: Date.now(), random: randomBytes(RANDOM_BYTES) });
}
