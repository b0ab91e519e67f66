import type { Instant } from '@tollgate/kernel/time/time';
import { decodeJson, encodeJson, type JsonValue } from '@tollgate/kernel/codec';
import type { TenantTx } from '../database/db.js';
import { arrayOf } from '../database/parameters.js';
import { inPieces } from '../database/pieces.js';
import { codeOf, VersionConflict } from '../base/errors.js';

/** A fact of one stream as the domain speaks it. */
export interface DomainEvent {
  readonly type: string;
}

/** A stream as far as it goes: its events in order, and the version of the last one (0 = no such stream). */
export interface History<E extends DomainEvent> {
  readonly version: number;
  readonly events: readonly E[];
}

interface EventRow {
  version: number;
  type: string;
  data: JsonValue;
}

const UNIQUE_VIOLATION = '23505';

/** Everything that happened in a stream. Streams are short: one per aggregate, closed when it ends. */
export async function readStream<E extends DomainEvent>(tx: TenantTx, stream: string): Promise<History<E>> {
  const rows = await tx.query<EventRow>(
    'SELECT version, type, data FROM {t}.event WHERE stream = $1 ORDER BY version',
    [stream],
  );
  return { version: rows.at(-1)?.version ?? 0, events: rows.map(eventOf<E>) };
}

/** Several streams at once; a stream without events is missing from the map. */
export async function readStreams<E extends DomainEvent>(
  tx: TenantTx,
  streams: readonly string[],
): Promise<Map<string, History<E>>> {
  const rows = await tx.query<EventRow & { stream: string }>(
    'SELECT stream, version, type, data FROM {t}.event WHERE stream = ANY($1) ORDER BY stream, version',
    [streams],
  );
  const found = new Map<string, { version: number; events: E[] }>();
  for (const row of rows) {
    const history = found.get(row.stream) ?? { version: 0, events: [] };
    history.events.push(eventOf<E>(row));
    history.version = row.version;
    found.set(row.stream, history);
  }
  return found;
}

/** A stream with the business times of its events. */
export interface DatedHistory<E extends DomainEvent> {
  readonly version: number;
  readonly events: readonly { readonly event: E; readonly at: Instant }[];
}

/** Several streams at once, and when their events happened; a stream without events is missing from the map. */
export async function readDatedStreams<E extends DomainEvent>(
  tx: TenantTx,
  streams: readonly string[],
): Promise<Map<string, DatedHistory<E>>> {
  const rows = await tx.query<EventRow & { stream: string; at: Instant }>(
    `SELECT stream, version, type, data, occurred_at AS at FROM {t}.event WHERE stream = ANY($1)
     ORDER BY stream, version`,
    [streams],
  );
  const found = new Map<string, { version: number; events: { event: E; at: Instant }[] }>();
  for (const row of rows) {
    const history = found.get(row.stream) ?? { version: 0, events: [] };
    history.events.push({ event: eventOf<E>(row), at: row.at });
    history.version = row.version;
    found.set(row.stream, history);
  }
  return found;
}

/** The last event of a stream, without what it says: its version, and what it was written for. */
export interface StreamEnd {
  readonly version: number;
  readonly cause: string;
  readonly correlation: string;
}

/** Where streams end; those without events are missing. */
export async function endsOf(tx: TenantTx, streams: readonly string[]): Promise<Map<string, StreamEnd>> {
  const rows = await tx.query<StreamEnd & { stream: string }>(
    `SELECT e.* FROM unnest($1::text[]) AS s(id) CROSS JOIN LATERAL (
       SELECT stream, version, cause, correlation FROM {t}.event WHERE stream = s.id
       ORDER BY version DESC LIMIT 1) e`,
    [streams],
  );
  return new Map(rows.map(({ stream, ...end }) => [stream, end]));
}

export interface Append<E extends DomainEvent> {
  readonly stream: string;
  /** Version the decision was made on; another writer's event there means `VersionConflict`. */
  readonly expectedVersion: number;
  readonly events: readonly E[];
  /** Business time of the facts. */
  readonly occurredAt: Instant;
}

/**
 * Adds facts to streams with the transaction's next write. Where somebody else was first, the transaction ends in
 * `VersionConflict`.
 */
export async function append<E extends DomainEvent>(
  tx: TenantTx,
  appends: readonly Append<E>[],
): Promise<void> {
  const rows = appends.flatMap((one) =>
    one.events.map((event, index) => ({ one, event, version: one.expectedVersion + index + 1 })),
  );
  if (rows.length > 0) await inPieces(rows, (piece) => appendRows(tx, piece));
}

interface NewRow {
  readonly one: Append<DomainEvent>;
  readonly event: DomainEvent;
  readonly version: number;
}

function appendRows(tx: TenantTx, rows: readonly NewRow[]): void {
  const data = rows.map((row) => JSON.stringify(encodeJson(withoutType(row.event))));
  tx.post(
    APPEND_SQL,
    [
      rows.map((row) => row.one.stream),
      rows.map((row) => row.version),
      rows.map((row) => row.event.type),
      arrayOf('json', data),
      rows.map((row) => row.one.occurredAt),
      tx.scope.actor,
      tx.scope.cause,
      tx.scope.correlation,
    ],
    asConflict,
  );
}

/** The key of the journal is taken: another writer's event stands at this version. */
function asConflict(error: unknown): unknown {
  return codeOf(error) === UNIQUE_VIOLATION
    ? new VersionConflict('stream moved on', { cause: error })
    : error;
}

const APPEND_SQL = `
  INSERT INTO {t}.event (stream, version, type, data, occurred_at, actor, cause, correlation)
  SELECT s, v, t, d, o, $6, $7, $8
  FROM unnest($1::text[], $2::int[], $3::text[], $4::json[], $5::timestamptz[]) AS n(s, v, t, d, o)`;

function withoutType({ type: _type, ...data }: DomainEvent): object {
  return data;
}

function eventOf<E extends DomainEvent>(row: EventRow): E {
  return { type: row.type, ...(decodeJson(row.data) as object) } as unknown as E;
}
