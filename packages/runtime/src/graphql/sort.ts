import { clientError } from '../base/errors.js';
import type { Position } from './cursor.js';
import type { List } from './list.js';

/** What Postgres compares keys as. */
export type SortKind = 'text' | 'numeric' | 'date' | 'timestamptz';

/**
 * What a list can be sorted by besides creation. Where a key is the same the ids decide, so that an item stands at one place;
 * cursors keep the key, so that a page goes on there even where the item has moved since.
 */
export interface Sort<R = unknown> {
  readonly kind: SortKind;
  /** The column with the key, or an expression of one; it is never null. */
  readonly column: string;
  /** What is compared, of the column or of a cursor's key; the key itself unless said. An index has it, with the id. */
  compared?(key: string): string;
  /** The key of a row, as `column` has it. */
  keyOf(row: R): string;
}

/** Texts in the alphabet's order whatever their case, by their first characters: an index takes no longer ones. */
export function alphabetical(text: string): string {
  return `lower(left(${text}, 64)) COLLATE "C"`;
}

/** An order of a list, as the schema names it. */
export interface Order {
  /** Null = by creation. */
  readonly sort: Sort | null;
  readonly isDescending: boolean;
}

/** What the name of an order says: `NAME_DESC`, say. Throws `BAD_USER_INPUT` where the list has no such order. */
export function orderOf({ sorts = {} }: List, orderBy: string): Order {
  const [, name = '', direction] = /^(.+)_(ASC|DESC)$/.exec(orderBy) ?? [];
  const sort = name === 'CREATED_AT' ? null : Object.hasOwn(sorts, name) ? sorts[name] : undefined;
  if (sort === undefined || direction === undefined)
    throw clientError('BAD_USER_INPUT', `This list has no order "${orderBy}".`);
  return { sort, isDescending: direction === 'DESC' };
}

/** What a page compares in SQL. */
export interface Compared {
  /** The columns of the order, the id last. */
  readonly columns: readonly string[];
  /** A position as a parameter, and what the columns are compared with, of that parameter. */
  parameter(position: Position): unknown;
  place(parameter: string): string;
}

/** A page that is sorted by a key compares it and the id at once. */
export function comparedBy({ kind, column, compared = same }: Sort, id: string): Compared {
  return {
    columns: [compared(column), id],
    parameter: (position) => [position.key, position.id],
    place: (parameter) => {
      const at = (index: number) => `(${parameter}::text[])[${index}]`;
      return `(${compared(`${at(1)}::${kind}`)}, ${at(2)})`;
    },
  };
}

function same(key: string): string {
  return key;
}
