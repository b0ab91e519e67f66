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
  'spc',
  'rsv',
  'alr',
  'arc',
  'mtr',
  'inv',
  'bal',
  'wal',
  'wgr',
  'crn',
  'rfd',
  'chg',
  'chi',
  'lin',
  'pay',
  'pmt',
  'dun',
  'dsp',
  'mal',
  'ctr',
  'cmt',
  'quo',
  'qin',
  'evt',
  'whk',
  'led',
  'fxr',
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

const STREAM_CHARS = 9;
const VERSION_CHARS = 5;
const PART_CHARS = 2;

/** A part of an event: its stream, which version of it, and which part. */
export interface EventPart {
  readonly timeMs: number;
  readonly stream: string;
  readonly version: number;
  readonly part: number;
}

/**
 * The id of a part of an event: always the same for the same one. Those of later times sort after those of earlier ones, and
 * those of one stream in its order.
 */
export function eventPartId<P extends string>(
  prefix: P,
  { timeMs, stream, version, part }: EventPart,
): Id<P> {
  assert(version < BASE ** VERSION_CHARS && part < BASE ** PART_CHARS, 'streams and events are short');
  const place = digits(version, VERSION_CHARS) + digits(part, PART_CHARS);
  return `${prefix}_${timeText(Math.max(0, timeMs))}${stream.slice(-STREAM_CHARS)}${place}`;
}

/** The first id that something of that time can have. */
export function firstIdAt<P extends string>(prefix: P, timeMs: number): Id<P> {
  const rest = STREAM_CHARS + VERSION_CHARS + PART_CHARS;
  return `${prefix}_${timeText(Math.max(0, timeMs))}${'0'.repeat(rest)}`;
}

/** Numbers are exact up to 2^53, so 48 bits need no bigint. */
function timeText(timeMs: number): string {
  return digits(timeMs, TIME_CHARS);
}

function digits(value: number, count: number): string {
  let text = '';
  for (let rest = value, chars = 0; chars < count; chars += 1) {
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
