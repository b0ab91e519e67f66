import type { Queryable } from '../database/db.js';
import { cursorOf } from './cursor.js';
import type { Page } from './list.js';

/** The rows of a list are counted up to here: more would take longer than reading a page of them. */
export const TOTAL_MAX = 10_000;

/** A statement and its parameters. */
export interface Statement {
  readonly text: string;
  readonly params: readonly unknown[];
}

/** What has a place in a list. */
interface Listed {
  readonly id: string;
}

/** A list in a table: what finds a page of it, and how a row is shown. */
export interface Listing<R extends Listed, N> {
  readonly db: Queryable;
  /** Finds a page and one more, with the conditions of the list. */
  select(page: Page): Statement;
  show(row: R): N;
}

/** A page of a list as a Relay connection; the whole list is counted where that is selected. */
export async function listed<R extends Listed, N>(page: Page, listing: Listing<R, N>) {
  const { db, select, show } = listing;
  const { text, params } = select(page);
  const total = () => totalOf(page, listing);
  return connection(await db.query<R>(text, params), { page, show, total });
}

/** A Relay connection out of the rows that `pageSql` found; nobody counts the list. */
export function connectionOf<R extends Listed>(rows: readonly R[], page: Page) {
  return connection(rows, { page, show: (row) => row, total: () => null });
}

/** A list that the caller sees nothing of. */
export function nothingOf(page: Page) {
  return connection<never, never>([], { page, show: (row) => row, total: () => 0 });
}

/** How rows become a connection. */
export interface Shown<R, N> {
  readonly page: Page;
  show(row: R): N;
  /** The length of the whole list, asked for where it is selected; null where it is more than is counted. */
  total(): Promise<number | null> | number | null;
}

/** The same out of rows that were read with those of others. */
export function connection<R extends Listed, N>(rows: readonly R[], { page, show, total }: Shown<R, N>) {
  const items = shownOf(rows, page).map((row) => ({ row, node: show(row) }));
  const hasMore = rows.length > page.limit;
  const cursorAt = (item: (typeof items)[number] | undefined) =>
    item === undefined ? null : cursorAfter(page, item.row);
  return {
    nodes: items.map(({ node }) => node),
    // Made where they are selected: most ask for the nodes alone.
    get totalCount() {
      return total();
    },
    get edges() {
      return items.map(({ row, node }) => ({ node, cursor: cursorAfter(page, row) }));
    },
    get pageInfo() {
      return {
        hasNextPage: page.fromEnd ? page.before !== null : hasMore,
        hasPreviousPage: page.fromEnd ? hasMore : page.after !== null,
        startCursor: cursorAt(items[0]),
        endCursor: cursorAt(items.at(-1)),
      };
    },
  };
}

/** The rows of a page in the order of the list, without the one that only says whether there are more. */
export function shownOf<R>(rows: readonly R[], page: Page): readonly R[] {
  const shown = rows.slice(0, page.limit);
  return page.fromEnd ? shown.reverse() : shown;
}

/** How many items a list has in all; null where that is more than are counted. */
export async function totalOf(
  page: Page,
  { db, select }: Pick<Listing<never, unknown>, 'db' | 'select'>,
): Promise<number | null> {
  const { text, params } = select({ ...page, limit: TOTAL_MAX, after: null, before: null });
  const counted = `SELECT count(*)::int AS total FROM (${text}) counted`;
  const [row] = await db.query<{ readonly total: number }>(counted, params);
  const total = row?.total ?? 0;
  return total > TOTAL_MAX ? null : total;
}

function cursorAfter(page: Page, row: Listed): string {
  return cursorOf(page, { id: row.id, key: page.sort?.keyOf(row) ?? null });
}
