import type { Instant } from '@tollgate/kernel/time/time';
import type { TenantTx } from '../database/db.js';
import { inPieces } from '../database/pieces.js';
import { quoted, recordset, type ProjectedRow, type ProjectedTable } from './projection.js';

/** One event of a stream: what it happened to, and where that stood afterwards. */
export interface Step<State, Event> {
  readonly id: string;
  /** Of the event. */
  readonly version: number;
  readonly before: State;
  readonly event: Event;
  readonly after: State;
  /** Business time of it. */
  readonly at: Instant;
}

/**
 * A table that keeps what each event did: rows are written with the event and never changed. Several nouns may write to the
 * same table, so it names whose a row is.
 */
export interface EventRows<State, Event> extends ProjectedTable {
  /** The column with the id of the stream. */
  readonly owner: string;
  /** What an event adds; nothing for most. */
  rows(step: Step<State, Event>): readonly ProjectedRow[];
}

/** Events of one stream in their order, from where it stood before them. */
export interface Steps<State, Event> {
  readonly id: string;
  readonly before: { readonly version: number; readonly state: State };
  readonly events: readonly { readonly event: Event; readonly at: Instant }[];
}

/** The rows of events. */
export function eventRowsOf<State, Event>(
  table: EventRows<State, Event>,
  evolve: (state: State, event: Event) => State,
  { id, before, events }: Steps<State, Event>,
): ProjectedRow[] {
  const rows: ProjectedRow[] = [];
  let { version, state } = before;
  for (const { event, at } of events) {
    const after = evolve(state, event);
    version += 1;
    rows.push(...table.rows({ id, version, before: state, event, after, at }));
    state = after;
  }
  return rows;
}

/** Adds rows with the transaction's next write; one that is there already is a bug, and fails it. */
export async function addRows(
  tx: TenantTx,
  table: ProjectedTable,
  rows: readonly ProjectedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await inPieces(rows, (piece) => {
    tx.post(insertSql(table), [JSON.stringify(piece)]);
  });
}

function insertSql(table: ProjectedTable): string {
  const names = table.columns.map(quoted).join(', ');
  return `INSERT INTO {t}.${table.table} (${names}) SELECT ${names} FROM ${recordset(table)}`;
}
