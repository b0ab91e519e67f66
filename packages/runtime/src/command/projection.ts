import type { JsonValue } from '@tollgate/kernel/codec';
import type { TenantTx } from '../database/db.js';
import { arrayOf } from '../database/parameters.js';

/** A row of a projection by column: what Postgres reads into the column's type. Absent is null. */
export type ProjectedRow = Readonly<Record<string, JsonValue | undefined>>;

/** A table whose rows are made from the journal. */
export interface ProjectedTable {
  readonly table: string;
  /** Its primary key. */
  readonly key: readonly string[];
  /** The column with the aggregate's id; the key where it is not given. */
  readonly owner?: string;
  /** All columns that `rows` fills; others of the table are not the journal's. */
  readonly columns: readonly string[];
  /** A column of type json: large, and kept as it is written, for nothing looks it up by what is in it. */
  readonly written?: string;
  /** SQL of what a column says now, where a row of an earlier release says it in another way. */
  readonly present?: Readonly<Record<string, string>>;
}

/** A table that shows an aggregate as it is now. Everything in it can be made again from the journal. */
export interface Projection<State> extends ProjectedTable {
  /** The aggregate's rows in this table. */
  rows(state: State, of: { readonly id: string; readonly version: number }): readonly ProjectedRow[];
}

/** Writes the rows of these aggregates with the transaction's next write. */
export function saveRows<State>(
  tx: TenantTx,
  projection: Projection<State>,
  loaded: readonly { readonly id: string; readonly version: number; readonly state: State }[],
): void {
  writeRows(tx, projection, rowsOf(projection, loaded));
}

/** Writes rows with the transaction's next write. */
export function writeRows<State>(
  tx: TenantTx,
  projection: Projection<State>,
  rows: readonly ProjectedRow[],
): void {
  if (rows.length > 0) tx.post(saveSql(projection), givenOf(projection, rows, []));
}

/** A row that the table shows, and what it is to show. */
export interface RowChange {
  readonly was: ProjectedRow;
  readonly row: ProjectedRow;
}

/** Writes what rows differ by from those that are there, with the transaction's next write. */
export function changeRows<State>(
  tx: TenantTx,
  projection: Projection<State>,
  changes: readonly RowChange[],
): void {
  const columns = projection.columns.filter((column) =>
    changes.some(({ was, row }) => !isSame(was[column], row[column])),
  );
  if (columns.length === 0) return;
  const kept = [...projection.key, ...columns];
  const rows = changes.map(({ row }) => Object.fromEntries(kept.map((column) => [column, row[column]])));
  const of = { ...projection, columns };
  const set = columns.map((column) => `${quoted(column)} = ${givenAs(of, column)}`).join(', ');
  tx.post(
    `UPDATE {t}.${projection.table} s SET ${set} FROM ${given(of, '$3')} WHERE ${sameKey(projection)}`,
    givenOf(of, rows, [keysOf(projection, rows)]),
  );
}

/** Large values are the same where nobody made them anew. */
function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  return (
    typeof one === 'object' && typeof other === 'object' && JSON.stringify(one) === JSON.stringify(other)
  );
}

/** Removes rows by their keys, with the transaction's next write. */
export function removeRows<State>(
  tx: TenantTx,
  projection: Projection<State>,
  rows: readonly ProjectedRow[],
): void {
  if (rows.length === 0) return;
  const { table } = projection;
  tx.post(`DELETE FROM {t}.${table} s USING ${recordset(projection)} r WHERE ${sameKey(projection)}`, [
    JSON.stringify(rows),
    keysOf(projection, rows),
  ]);
}

/**
 * Rows of `r`, whose first keys are $2 as well: only so are they looked up one by one whatever the table's size was when the
 * plan was made.
 */
function sameKey({ key }: ProjectedTable): string {
  const same = key.map((column) => `s.${quoted(column)} = r.${quoted(column)}`);
  return [`s.${quoted(key[0] ?? 'id')} = ANY($2)`, ...same].join(' AND ');
}

function keysOf({ key }: ProjectedTable, rows: readonly ProjectedRow[]): unknown[] {
  return rows.map((row) => row[key[0] ?? 'id']);
}

/** A row's key in one text. */
export function keyOf({ key }: ProjectedTable, row: ProjectedRow): string {
  return key.map((column) => String(row[column])).join('/');
}

/** The same in SQL. */
export function keySql({ key }: ProjectedTable): string {
  return `concat_ws('/', ${key.map(quoted).join(', ')})`;
}

/** The rows that these aggregates come to. */
export function rowsOf<State>(
  projection: Projection<State>,
  loaded: readonly { readonly id: string; readonly version: number; readonly state: State }[],
): ProjectedRow[] {
  return loaded.flatMap(({ state, id, version }) => projection.rows(state, { id, version }));
}

/** The column that says which aggregate a row shows. */
export function ownerColumn({ owner, key }: ProjectedTable): string {
  return owner ?? key[0] ?? 'id';
}

/** Whether the key of a row is the id of the aggregate that it shows, which then has no other. */
export function hasOneRow(projection: ProjectedTable): boolean {
  return projection.key.length === 1 && projection.key[0] === ownerColumn(projection);
}

/** Rows in JSON as rows of the table: Postgres gives every value its column's type. */
export function recordset({ table }: ProjectedTable): string {
  return `jsonb_populate_recordset(NULL::{t}.${table}, $1::jsonb)`;
}

/** The rows of $1 as `r`, and beside them, in a parameter of their own, the texts of what is kept as it is written. */
function given(table: ProjectedTable, texts: string): string {
  const rows = recordset(table);
  return isWritten(table) ? `ROWS FROM (${rows}, unnest(${texts}::json[])) AS r` : `${rows} r`;
}

/** A column of `r`. */
function givenAs(table: ProjectedTable, column: string): string {
  return column === table.written && isWritten(table) ? 'r.unnest' : `r.${quoted(column)}`;
}

/** What `given` takes, with the parameters between its two. */
function givenOf(
  table: ProjectedTable,
  rows: readonly ProjectedRow[],
  between: readonly unknown[],
): readonly unknown[] {
  const { written } = table;
  if (written === undefined || !isWritten(table)) return [JSON.stringify(rows), ...between];
  const others = rows.map(({ [written]: _text, ...row }) => row);
  const texts = rows.map((row) => JSON.stringify(row[written] ?? null));
  return [JSON.stringify(others), ...between, arrayOf('json', texts)];
}

function isWritten({ written, columns }: ProjectedTable): boolean {
  return written !== undefined && columns.includes(written);
}

/** Made once for each projection: a text that is the same is also found quickly. */
const saveTexts = new WeakMap<object, string>();

function saveSql<State>(projection: Projection<State>): string {
  const text = saveTexts.get(projection) ?? newSaveSql(projection);
  saveTexts.set(projection, text);
  return text;
}

function newSaveSql<State>(projection: Projection<State>): string {
  const { table, key, columns } = projection;
  const names = columns.map(quoted).join(', ');
  const values = columns.map((column) => givenAs(projection, column)).join(', ');
  const changes = columns.filter((column) => !key.includes(column));
  const action =
    changes.length === 0
      ? 'NOTHING'
      : `UPDATE SET ${changes.map((column) => `${quoted(column)} = excluded.${quoted(column)}`).join(', ')}`;
  return `
    INSERT INTO {t}.${table} (${names}) SELECT ${values} FROM ${given(projection, '$2')}
    ON CONFLICT (${key.map(quoted).join(', ')}) DO ${action}`;
}

/** A column's name in SQL. */
export function quoted(column: string): string {
  return `"${column}"`;
}
