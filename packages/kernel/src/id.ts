import { assert } from './assert.js';

/** A prefixed id, `cus_01h…`: a time-ordered ULID in lower case behind the name of its kind. */
export type Id<P extends string> = `${P}_${string}`;

/** Every kind of thing that has an id. */
export const ID_PREFIXES = [
  'ten',
  'cus',
  'key',
  'prd',
  'pln',
  'plv',
  'pld',
  'mig',
  'prc',
  'add',
  'cpn',
  'cpa',
  'sub',
  'fea',
  'ucr',
  'egr',
  'mtr',
  'inv',
  'bal',
  'wal',
  'wgr',
  'crn',
  'chg',
  'chi',
  'lin',
  'pay',
  'pmt',
  'ctr',
  'cmt',
  'quo',
  'qin',
  'evt',
  'whk',
] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

/** What a new id is made of; both parts come from the shell. */
export interface IdBits {
  readonly timeMs: number;
  /** Exactly 10 bytes. */
  readonly random: Uint8Array;
}

export const ID_PATTERN = /^[a-z]{2,4}_[0-9a-z]{26}$/;
export const ID_RANDOM_BYTES = 10;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;
const BITS_PER_CHAR = 5;
const BASE = 32;
const TIME_MAX_MS = 2 ** 48 - 1;

/** Whether the text is an id of this kind. Ids are compared, never taken apart. */
export function isId<P extends string>(prefix: P, text: string): text is Id<P> {
  return text.startsWith(`${prefix}_`) && ID_PATTERN.test(text);
}

/** A new id; ids of later milliseconds sort after those of earlier ones. */
export function formatId<P extends string>(prefix: P, bits: IdBits): Id<P> {
  const { timeMs, random } = bits;
  assert(Number.isInteger(timeMs) && timeMs >= 0 && timeMs <= TIME_MAX_MS, 'an id needs 48 bits of time');
  assert(random.length === ID_RANDOM_BYTES, 'an id needs 10 random bytes');
  return `${prefix}_${timeText(timeMs)}${randomText(random)}`;
}

/** Numbers are exact up to 2^53, so 48 bits need no bigint. */
function timeText(timeMs: number): string {
  let text = '';
  for (let rest = timeMs, chars = 0; chars < TIME_CHARS; chars += 1) {
    text = ALPHABET.charAt(rest % BASE) + text;
    rest = Math.floor(rest / BASE);
  }
  return text;
}

/** Five bits a character, from the first byte on: what is left of one byte waits for the next. */
function randomText(random: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of random) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= BITS_PER_CHAR) {
      held -= BITS_PER_CHAR;
      text += ALPHABET.charAt((bits >> held) & (BASE - 1));
    }
    bits &= (1 << held) - 1;
  }
  return text;
}
