import { nextTurn } from '../base/turns.js';

/** So many rows that they are worth a statement, and so few that Postgres has the first while the last are made. */
export const PIECE_ROWS = 100;

/** Does work on a list piece by piece, in order; between two of them everybody else has a turn. */
export async function inPieces<T>(
  items: readonly T[],
  work: (piece: readonly T[]) => void | Promise<void>,
): Promise<void> {
  if (items.length <= PIECE_ROWS) return work(items);
  for (let from = 0; from < items.length; from += PIECE_ROWS) {
    if (from > 0) await nextTurn();
    await work(items.slice(from, from + PIECE_ROWS));
  }
}
