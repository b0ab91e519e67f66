import { randomFillSync } from 'node:crypto';
import { formatId, type Id, type IdPrefix } from '@tollgate/kernel/id';

const RANDOM_BYTES = 10;
const RANDOM_MAX = 1n << BigInt(RANDOM_BYTES * 8);
/** How far the next id of one millisecond may lie, so that nobody guesses it. */
const STRIDE_BYTES = 4;

let last = { timeMs: 0, random: 0n };

/**
 * A fresh id, ordered by when it was made: of what one process makes, the later has the greater id, inside of one
 * millisecond too, for lists are in the order of their ids. Nobody reads the time back out of it.
 */
export function newId<P extends IdPrefix>(prefix: P): Id<P> {
  const timeMs = Date.now();
  last = timeMs > last.timeMs ? { timeMs, random: draw(RANDOM_BYTES) } : following(last);
  return formatId(prefix, { timeMs: last.timeMs, random: bytesOf(last.random) });
}

function following({ timeMs, random }: typeof last): typeof last {
  const next = random + 1n + draw(STRIDE_BYTES);
  return next < RANDOM_MAX ? { timeMs, random: next } : { timeMs: timeMs + 1, random: draw(RANDOM_BYTES) };
}

/** Drawn many at a time, for each call of the system is dear; none is used twice. */
const drawn = Buffer.alloc(4_096);
let used = drawn.length;

function draw(bytes: number): bigint {
  if (used + bytes > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += bytes;
  return BigInt(`0x${drawn.toString('hex', used - bytes, used)}`);
}

function bytesOf(random: bigint): Buffer {
  return Buffer.from(random.toString(16).padStart(RANDOM_BYTES * 2, '0'), 'hex');
}
