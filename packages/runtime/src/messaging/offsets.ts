import type { Database } from '../database/db.js';
import type { Queryable, Tx } from '../database/tx.js';
import { isAfter, type Position } from './event-log.js';

/** Who reads what, partition by partition. */
export interface Reader {
  readonly consumer: string;
  readonly source: string;
  readonly partition: number;
}

/** Where a consumer is: everything up to here had its effect. */
export async function readPosition(
  shard: Queryable,
  { consumer, source, partition }: Reader,
): Promise<Position> {
  const [row] = await shard.query<Position>(
    'SELECT major, minor FROM {s}.consumer_offset WHERE consumer = $1 AND source = $2 AND partition = $3',
    [consumer, source, partition],
  );
  return row ?? { major: 0n, minor: 0n };
}

/**
 * Where a consumer is in a source, partition by partition. Effects and positions are on the shards of the tenants whose
 * messages they were; the furthest counts, for a partition is worked off in order.
 */
export async function readPositions(
  db: Database,
  { consumer, source }: Omit<Reader, 'partition'>,
): Promise<Map<number, Position>> {
  const found = new Map<number, Position>();
  for (const shard of db.shards) {
    const rows = await db
      .single(shard)
      .query<Position & { partition: number }>(
        'SELECT partition, major, minor FROM {s}.consumer_offset WHERE consumer = $1 AND source = $2',
        [consumer, source],
      );
    for (const { partition, ...position } of rows) {
      const known = found.get(partition);
      if (known === undefined || isAfter(position, known)) found.set(partition, position);
    }
  }
  return found;
}

/** Forgets where a consumer is: its source began anew. */
export async function forgetPosition(db: Database, { consumer, source, partition }: Reader): Promise<void> {
  for (const shard of db.shards) await db.single(shard).query(FORGET_SQL, [consumer, source, partition]);
}

const FORGET_SQL = 'DELETE FROM {s}.consumer_offset WHERE consumer = $1 AND source = $2 AND partition = $3';

/** How often a reader notes how far it is where nothing was for it: old rows of the outbox wait for it to be dropped. */
export const NOTE_POSITION_MS = 30_000;

/** Who reads what, and where that reader is. */
export interface Note extends Reader {
  readonly position: Position;
}

/** Moves a consumer's position forward, never back, with the transaction's next write; commits with the effects. */
export function writePosition(tx: Pick<Tx, 'post'>, at: Note): void {
  writePositions(tx, [at]);
}

/** As `writePosition`, for several consumers. */
export function writePositions(tx: Pick<Tx, 'post'>, notes: readonly Note[]): void {
  if (notes.length === 0) return;
  tx.post(WRITE_SQL, [
    notes.map(({ consumer }) => consumer),
    notes.map(({ source }) => source),
    notes.map(({ partition }) => partition),
    notes.map(({ position }) => position.major.toString()),
    notes.map(({ position }) => position.minor.toString()),
  ]);
}

/** In one order for all, so that no two that write several wait for each other. */
const WRITE_SQL = `
  INSERT INTO {s}.consumer_offset AS o (consumer, source, partition, major, minor)
  SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bigint[]) ORDER BY 1, 2, 3
  ON CONFLICT (consumer, source, partition) DO UPDATE
  SET major = excluded.major, minor = excluded.minor, updated_at = clock_timestamp()
  WHERE (o.major, o.minor) < (excluded.major, excluded.minor)`;
