import { clientError } from '../base/errors.js';
import type { RequestContext } from './context.js';
import { isIdOf, positionOf, type Position } from './cursor.js';
import { comparedBy, orderOf, type Compared, type Order, type Sort } from './sort.js';

export {
  connection,
  connectionOf,
  listed,
  nothingOf,
  shownOf,
  totalOf,
  type Statement,
} from './connection.js';

/** Pages are bounded, whatever is asked for. */
export const PAGE_MAX = 200;
const PAGE_DEFAULT = 50;
const SEARCH_CHARS_MAX = 64;

/** Orders that every list has, as the schema names them. Ids are given in the order of creation. */
export type ListOrder = 'CREATED_AT_ASC' | 'CREATED_AT_DESC';

/** One list of the schema. */
export interface List {
  /** Its field: cursors of another list are not taken. */
  readonly name: string;
  /** Prefix of its items' ids. */
  readonly idPrefix: string;
  /** Its order unless another is asked for. */
  readonly orderBy: ListOrder;
  /** What else it can be sorted by, by the name that its orders begin with. */
  readonly sorts?: Readonly<Record<string, Sort>>;
}

/** What every list takes, besides its own filters. */
export interface ListArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
  readonly orderBy?: string | null | undefined;
}

/** What a short list takes: one without cursors, whose place is an item's id. */
export type SliceArguments = Pick<ListArguments, 'first' | 'after' | 'orderBy'>;

/** A page of a list: at most `limit` items strictly between two positions. */
export interface Page extends Order {
  readonly list: List;
  readonly orderBy: string;
  readonly limit: number;
  /** Positions in the order of the list; null = without end. */
  readonly after: Position | null;
  readonly before: Position | null;
  /** Whether the last items are asked for: rows then come from the end of the list. */
  readonly fromEnd: boolean;
}

/** A condition on rows, for values that may be absent: then it holds for all. */
export type Condition = readonly [value: unknown, sql: (parameter: string) => string];

/** Where the rows of a page stand in a statement. */
export interface Rows {
  /** The column with the id, as the statement names it. */
  readonly id: string;
  readonly where?: readonly Condition[];
  /** Parameters that the statement has before; 0 unless said. */
  readonly taken?: number;
  /** What the column holds of an id; the id itself unless said. */
  key?(id: string): unknown;
  /** The same in SQL, where the column orders by something else than the id. */
  keySql?(parameter: string): string;
}

/** The end of a statement, from ` AND …` to `LIMIT`, with its parameters. */
export interface PageSql {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** A stretch of time as a filter takes it, `from` inclusive and `to` exclusive. */
export interface TimeRange {
  readonly from?: string | null | undefined;
  readonly to?: string | null | undefined;
}

/** Checks the arguments of a list. Throws `BAD_USER_INPUT` beyond the bounds, or for a cursor that is not of this list and order. */
export function pageOf(list: List, args: ListArguments): Page {
  const orderBy = args.orderBy ?? list.orderBy;
  const [first, last] = [args.first ?? null, args.last ?? null];
  if (first !== null && last !== null)
    throw clientError('BAD_USER_INPUT', 'Give "first" or "last", not both.');
  const order = orderOf(list, orderBy);
  const cursors = { list, orderBy, kind: order.sort?.kind ?? null };
  const position = (name: 'after' | 'before') => positionOf(cursors, name, args[name] ?? null);
  return {
    list,
    orderBy,
    ...order,
    limit: limitOf(last === null ? 'first' : 'last', last ?? first),
    after: position('after'),
    before: position('before'),
    fromEnd: last !== null,
  };
}

/** The same for a short list, whose `after` is the id of an item. */
export function sliceOf(list: List, { first, after, ...args }: SliceArguments): Page {
  if (typeof after === 'string' && !isIdOf(list, after))
    throw clientError('BAD_USER_INPUT', '"after" takes the id of an item of this list.');
  const limit = limitOf('first', first ?? null);
  const orderBy = args.orderBy ?? list.orderBy;
  const place = { after: typeof after === 'string' ? { id: after, key: null } : null, before: null };
  return { list, orderBy, ...orderOf(list, orderBy), limit, ...place, fromEnd: false };
}

/** The part of a page in a statement: its conditions, its order, and one row more than it shows. */
export function pageSql(page: Page, { where = [], taken = 0, ...rows }: Rows): PageSql {
  const { columns, parameter, place } = comparedIn(page, rows);
  const [later, earlier] = page.isDescending ? ['<', '>'] : ['>', '<'];
  const [after, before] = [page.after, page.before].map((at) => (at === null ? null : parameter(at)));
  const compared = columns.length === 1 ? columns.join() : `(${columns.join(', ')})`;
  const conditions: readonly Condition[] = [
    ...where,
    [after, (at) => `${compared} ${later} ${place(at)}`],
    [before, (at) => `${compared} ${earlier} ${place(at)}`],
  ];
  const given = conditions.filter(([value]) => value !== null && value !== undefined);
  const texts = given.map(([value, sql], index) =>
    isStorable(value) ? ` AND (${sql(`$${taken + index + 1}`)})` : ` AND $${taken + index + 1}::text IS NULL`,
  );
  const order = columns.map((column) => `${column} ${page.isDescending === page.fromEnd ? 'ASC' : 'DESC'}`);
  return {
    sql: `${texts.join('')} ORDER BY ${order.join(', ')} LIMIT $${taken + given.length + 1}`,
    params: [...given.map(([value]) => (isStorable(value) ? value : '')), page.limit + 1],
  };
}

/** By creation the id is compared, or what the column holds of it. */
function comparedIn({ sort }: Page, rows: Pick<Rows, 'id' | 'key' | 'keySql'>): Compared {
  if (sort !== null) return comparedBy(sort, rows.id);
  return {
    columns: [rows.id],
    parameter: ({ id }) => (rows.key === undefined ? id : rows.key(id)),
    place: (parameter) => (rows.keySql === undefined ? parameter : rows.keySql(parameter)),
  };
}

/** Postgres keeps no NUL, so that no row has it. */
function isStorable(value: unknown): boolean {
  return typeof value !== 'string' || !value.includes('\u0000');
}

/** One value for each page and filter in a request: loaders that read the same page of many parents at once. */
export function oncePerPage<T>(
  context: RequestContext,
  { key, page, filter = null }: { readonly key: symbol; readonly page: Page; readonly filter?: unknown },
  make: () => T,
): T {
  const made = context.once(key, () => new Map<string, T>());
  const name = pageName(page, filter);
  const known = made.get(name) ?? make();
  made.set(name, known);
  return known;
}

/** Equal for equal pages of a list and filters. */
export function pageName(page: Page, filter: unknown): string {
  return JSON.stringify([page.orderBy, page.limit, page.after, page.before, page.fromEnd, filter]);
}

/** Conditions of a stretch of time on a column. */
export function within(column: string, range: TimeRange | null | undefined): readonly Condition[] {
  return [
    [range?.from, (parameter) => `${column} >= ${parameter}::timestamptz`],
    [range?.to, (parameter) => `${column} < ${parameter}::timestamptz`],
  ];
}

/** A condition that one of the columns contains a text, or begins with it (where an index on `lower(column) text_pattern_ops` helps). */
export function matching(
  columns: readonly string[],
  how: 'contains' | 'begins',
  text: string | null | undefined,
): Condition {
  if (text === null || text === undefined) return [null, () => ''];
  const sought = text.trim();
  if (sought.length === 0 || sought.length > SEARCH_CHARS_MAX)
    throw clientError('BAD_USER_INPUT', `"search" takes 1 to ${SEARCH_CHARS_MAX} characters.`);
  const pattern = `${how === 'contains' ? '%' : ''}${sought.replace(/[\\%_]/g, '\\$&')}%`;
  return [
    pattern,
    (parameter) => columns.map((column) => `lower(${column}) LIKE lower(${parameter})`).join(' OR '),
  ];
}

function limitOf(name: 'first' | 'last', asked: number | null): number {
  const limit = asked ?? PAGE_DEFAULT;
  if (limit < 1 || limit > PAGE_MAX)
    throw clientError('BAD_USER_INPUT', `"${name}" is between 1 and ${PAGE_MAX}.`);
  return limit;
}
