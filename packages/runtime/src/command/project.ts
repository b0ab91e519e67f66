import type { TenantTx } from '../database/db.js';
import { inPieces } from '../database/pieces.js';
import type { Change, Loaded } from './aggregate.js';
import {
  changeRows,
  hasOneRow,
  keyOf,
  removeRows,
  rowsOf,
  writeRows,
  type Projection,
} from './projection.js';

/** Writes the rows of what changed, and removes those that it does not have any more. */
export async function project<State, Event>(
  tx: TenantTx,
  projection: Projection<State>,
  {
    effective,
    latest,
    shown,
  }: {
    readonly effective: readonly Change<State, Event>[];
    readonly latest: readonly Change<State, Event>[];
    readonly shown: readonly Loaded<State>[];
  },
): Promise<void> {
  const rows = rowsOf(
    projection,
    latest.map((change) => change.after),
  );
  const kept = new Set(rows.map((row) => keyOf(projection, row)));
  // Most have one row, whose key is their id: where that is kept nothing else is to be removed.
  const mayLose = hasOneRow(projection) ? effective.filter(({ id }) => !kept.has(id)) : effective;
  const had = mayLose.flatMap((change) => rowsOf(projection, [change.before]));
  removeRows(
    tx,
    projection,
    had.filter((row) => !kept.has(keyOf(projection, row))),
  );
  // A row that is the very same object was written before: part of a noun that never changes.
  const same = new Set(had);
  const news = rows.filter((row) => !same.has(row));
  const were = new Map(rowsOf(projection, shown).map((row) => [keyOf(projection, row), row]));
  const others = were.size === 0 ? news : news.filter((row) => !were.has(keyOf(projection, row)));
  await inPieces(others, (piece) => writeRows(tx, projection, piece));
  const changed = news.flatMap((row) => {
    const was = were.get(keyOf(projection, row));
    return was === undefined ? [] : [{ was, row }];
  });
  await inPieces(changed, (piece) => changeRows(tx, projection, piece));
}
