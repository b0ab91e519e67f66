import { parseDate, parseInstant } from '@tollgate/kernel/time/time';
import { clientError } from '../base/errors.js';
import type { List } from './list.js';
import type { SortKind } from './sort.js';

/** A place in a list: after or before the item, which had the key when the cursor was made. */
export interface Position {
  readonly id: string;
  /** What the list is sorted by; null where that is creation. */
  readonly key: string | null;
}

/** What cursors are bound to: elsewhere the same item stands at another position, and nobody would notice. */
export interface Cursors {
  readonly list: List;
  readonly orderBy: string;
  /** Of the keys; null where the list is sorted by creation. */
  readonly kind: SortKind | null;
}

const PARTS = /^[^/]*\/[^/]*\/([^/]*)(?:\/(.*))?$/su;
const KEY_CHARS_MAX = 512;
const KEYS: Readonly<Record<SortKind, (key: string) => boolean>> = {
  text: (key) => key.length <= KEY_CHARS_MAX && !key.includes('\u0000'),
  numeric: (key) => /^-?\d{1,38}$/.test(key),
  date: (key) => parseDate(key) !== null,
  timestamptz: (key) => parseInstant(key) !== null,
};

/** The cursor of a position. */
export function cursorOf({ list, orderBy }: Pick<Cursors, 'list' | 'orderBy'>, position: Position): string {
  const { id, key } = position;
  return Buffer.from([list.name, orderBy, id, ...(key === null ? [] : [key])].join('/')).toString(
    'base64url',
  );
}

/** The position that a cursor names. Throws `BAD_USER_INPUT` for one that is not of this list and order. */
export function positionOf(cursors: Cursors, name: string, cursor: string | null): Position | null {
  if (cursor === null) return null;
  const parts = PARTS.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  const position = { id: parts?.[1] ?? '', key: parts?.[2] ?? null };
  if (isPosition(cursors, position) && cursorOf(cursors, position) === cursor) return position;
  throw clientError(
    'BAD_USER_INPUT',
    `"${name}" takes a cursor of this list in this order, as "pageInfo" gives it.`,
  );
}

function isPosition({ list, kind }: Cursors, { id, key }: Position): boolean {
  const isKey = kind === null || key === null ? kind === null && key === null : KEYS[kind](key);
  return isKey && isIdOf(list, id);
}

/** Whether a text is the id of an item of the list. */
export function isIdOf({ idPrefix }: List, text: string): boolean {
  return new RegExp(`^${idPrefix}_[0-9a-z]{26}$`).test(text);
}
