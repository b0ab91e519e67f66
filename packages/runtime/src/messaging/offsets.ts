import type { Queryable, Tx } from '../database/tx.js';
import type { Position } from './event-log.js';

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

/** How often a reader notes how far it is where nothing was for it: old rows of the outbox wait for it to be dropped. */
export const NOTE_POSITION_MS = 30_000;

/** Moves a consumer's position forward, never back, with the transaction's next write; commits with the effects. */
export function writePosition(tx: Pick<Tx, 'post'>, at: Reader & { readonly position: Position }): void {
  tx.post(WRITE_SQL, [
    at.consumer,
    at.source,
    at.partition,
    at.position.major.toString(),
    at.position.minor.toString(),
  ]);
}

const WRITE_SQL = `
  INSERT INTO {s}.consumer_offset AS o (consumer, source, partition, major, minor) VALUES ($1, $2, $3, $4, $5)
  ON CONFLICT (consumer, source, partition) DO UPDATE
  SET major = excluded.major, minor = excluded.minor, updated_at = clock_timestamp()
  WHERE (o.major, o.minor) < (excluded.major, excluded.minor)`;
