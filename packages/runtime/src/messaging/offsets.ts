import type { Database, Queryable } from '../database/db.js';
import type { Position } from './event-log.js';

/** Where a consumer is: everything up to here had its effect. */
export async function readPosition(
  db: Database,
  shard: string,
  consumer: string,
  source: string,
  partition: number,
): Promise<Position> {
  const [row] = await db.read<Position>(
    shard,
    'SELECT major, minor FROM {s}.consumer_offset WHERE consumer = $1 AND source = $2 AND partition = $3',
    [consumer, source, partition],
  );
  return row ?? { major: 0n, minor: 0n };
}

/** Moves a consumer's position forward, never back; commits with the effects. */
export async function writePosition(
  tx: Queryable,
  at: { consumer: string; source: string; partition: number; position: Position },
): Promise<void> {
  await tx.query(WRITE_SQL, [
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
