import type { Instant } from '@tollgate/kernel/time/time';
import type { Queryable, TenantTx } from '@tollgate/runtime/database/db';
import type { Properties } from '../../aggregation/domain/reading.js';
import type { Stretch } from './total.js';

/** Events of a stretch that a meter counts and that are alike in all it reads. */
export interface EqualEvents {
  /** Place of the stretch, from 0. */
  readonly stretch: number;
  readonly meterId: string;
  readonly properties: Properties;
  readonly times: number;
  readonly place: string;
  /** When they happened, as finely as the meter has to know it; null where it does not. */
  readonly at: Instant | null;
}

/** What is read of events: by which meters, and whether with their times. */
export interface Wanted {
  readonly meterIds: readonly string[];
  readonly timed: boolean;
  /** Whether the times of all are wanted, by quarters of an hour where a meter needs no finer ones; else as the meter needs them. */
  readonly binned?: boolean;
  /** Ids of events that are left out. */
  readonly without?: readonly string[];
}

/** More events than this are not counted by one statement where nobody waits: it ends long before its time is over. */
const STATEMENT_EVENTS_MAX = 200_000;

/** How many events stretches hold: `many` are more than one statement should count. */
export type Held = 'none' | 'some' | 'many';

/** What the stretches hold of the events that any meter counts. */
export async function eventsHeld(tx: TenantTx, stretches: readonly Stretch[]): Promise<Held> {
  if (stretches.length === 0) return 'none';
  const [row] = await tx.query<{ events: bigint }>(MANY_SQL, [
    stretches.map((stretch) => stretch.customerId),
    stretches.map((stretch) => stretch.period.from),
    stretches.map((stretch) => stretch.period.to),
    STATEMENT_EVENTS_MAX,
  ]);
  const events = row?.events ?? 0n;
  if (events === 0n) return 'none';
  return events >= STATEMENT_EVENTS_MAX ? 'many' : 'some';
}

/** By event type, as the index has them. */
const MANY_SQL = `
  SELECT count(*) AS events FROM (
    SELECT FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS w(customer_id, since, until)
    CROSS JOIN (SELECT DISTINCT event_type FROM {t}.usage_meter) m
    JOIN {t}.usage_event e ON e.customer_id = w.customer_id COLLATE "C" AND e.type = m.event_type
      AND e.occurred_at >= w.since AND e.occurred_at < w.until
    LIMIT $4) few`;

/** Rows that are fetched at once. */
const FETCH_ROWS = 5_000;

/**
 * The events of stretches as meters see them, alike ones together: what they come to is for the aggregation to say.
 * However many there are, a page of them is in memory. One such reading at a time in a transaction.
 */
export async function* readEqualEvents(
  tx: TenantTx,
  stretches: readonly Stretch[],
  { meterIds, timed, binned = false, without = [] }: Wanted,
): AsyncGenerator<readonly EqualEvents[]> {
  const asked = [stretches.map((_, i) => i), ...parametersOf(stretches), meterIds, timed, without, binned];
  for await (const rows of fetched<EqualRow>(tx, EQUAL, asked)) yield rows.map(equalOf);
}

/** An event as a meter sees it, and its place among others. */
export interface EventInTurn {
  readonly properties: Properties;
  readonly place: string;
}

/** Events of a stretch as a meter sees them, one by one in the order of their instants and then of their ids. */
export async function* readEventsInTurn(
  tx: TenantTx,
  stretch: Stretch,
  { meterId, without = [] }: { readonly meterId: string; readonly without?: readonly string[] },
): AsyncGenerator<readonly EventInTurn[]> {
  const asked = [[0], ...parametersOf([stretch]), [meterId], without];
  for await (const rows of fetched<EventInTurn>(tx, IN_TURN, asked)) yield rows;
}

function parametersOf(stretches: readonly Pick<Stretch, 'customerId' | 'period'>[]) {
  return [
    stretches.map((stretch) => stretch.customerId),
    stretches.map((stretch) => stretch.period.from),
    stretches.map((stretch) => stretch.period.to),
  ];
}

/** A cursor by its name. A name stands for the same columns always: what fetches from it is prepared once. */
interface Cursor {
  readonly name: string;
  readonly sql: string;
}

/** What a cursor finds, page by page. */
async function* fetched<Row extends object>(
  tx: TenantTx,
  { name, sql }: Cursor,
  parameters: readonly unknown[],
): AsyncGenerator<Row[]> {
  const open = tx.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, [...parameters]);
  for (let count = FETCH_ROWS, first = true; count === FETCH_ROWS; first = false) {
    const fetching = tx.query<Row>(`FETCH ${FETCH_ROWS} FROM ${name}`);
    const [rows] = await Promise.all([fetching, ...(first ? [open] : [])]);
    yield rows;
    count = rows.length;
  }
  tx.post(`CLOSE ${name}`);
}

interface EqualRow {
  stretch: number;
  meter_id: string;
  properties: Properties;
  at: Instant | null;
  times: bigint;
  place: string | null;
}

/** The properties that a meter reads of an event. */
const READ_PROPERTIES = `
    CASE cardinality(m.reads)
      WHEN 0 THEN '{}'::jsonb
      WHEN 1 THEN jsonb_build_object(m.reads[1], e.properties -> m.reads[1])
      ELSE (SELECT jsonb_object_agg(k, e.properties -> k) FROM unnest(m.reads) AS r(k)) END AS properties`;

const EVENTS_OF_METERS = `
  FROM unnest($1::int[], $2::text[], $3::timestamptz[], $4::timestamptz[]) AS w(stretch, customer_id, since, until)
  JOIN {t}.usage_meter m ON m.id = ANY($5)
  JOIN {t}.usage_event e ON e.customer_id = w.customer_id COLLATE "C" AND e.type = m.event_type
    AND e.meter_version >= m.version AND e.occurred_at >= w.since AND e.occurred_at < w.until`;

const SPAN_OF = `
  FROM {t}.usage_meter m JOIN {t}.usage_event e ON e.customer_id = w.customer_id COLLATE "C"
    AND e.type = m.event_type AND e.meter_version >= m.version AND e.occurred_at >= w.since AND e.occurred_at < w.until
  WHERE m.id = w.meter_id`;

/** As the aggregation compares events: time to the microsecond, then the id. */
const PLACE = `to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || e.id`;

/**
 * The place of an event is the text that the aggregation compares: time to the microsecond, then the id. Windows of all
 * zones consist of quarters of an hour.
 */
const EQUAL_SQL = `
  SELECT w.stretch, m.id AS meter_id, ${READ_PROPERTIES},
    CASE WHEN NOT $6 THEN NULL WHEN m.aggregation = 'weighted_sum' THEN e.occurred_at
      WHEN m.time_window IS NOT NULL OR $8 THEN date_bin('15 minutes', e.occurred_at, TIMESTAMPTZ '2000-01-01 00:00Z')
      END AS at,
    count(*) AS times,
    max(CASE WHEN m.aggregation = 'latest' THEN ${PLACE} END COLLATE "C") AS place
  ${EVENTS_OF_METERS} AND e.id <> ALL($7::text[])
  GROUP BY 1, 2, 3, 4`;

/** How many events a stretch holds of a meter, and the ends of them. */
export interface EventSpan {
  readonly count: string;
  readonly firstAt: Instant | null;
  readonly lastAt: Instant | null;
  readonly firstId: string | null;
  readonly lastId: string | null;
}

/** The events of stretches, each by its meter, in the order in which they are asked for. */
export async function eventSpans(
  tx: Queryable,
  asked: readonly (Stretch & { readonly meterId: string })[],
): Promise<readonly EventSpan[]> {
  return tx.query<EventSpan>(SPANS_SQL, [...parametersOf(asked), asked.map(({ meterId }) => meterId)]);
}

/** Both ends are found by the index of a customer's events of a type. */
const SPANS_SQL = `
  SELECT n.count, f.at AS "firstAt", l.at AS "lastAt", f.id AS "firstId", l.id AS "lastId"
  FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::text[])
    WITH ORDINALITY AS w(customer_id, since, until, meter_id, place)
  CROSS JOIN LATERAL (SELECT count(*)::text AS count ${SPAN_OF}) n
  LEFT JOIN LATERAL (SELECT e.occurred_at AS at, e.id ${SPAN_OF} ORDER BY e.occurred_at, e.id LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT e.occurred_at AS at, e.id ${SPAN_OF} ORDER BY e.occurred_at DESC, e.id DESC LIMIT 1) l ON true
  ORDER BY place`;

const EQUAL: Cursor = { name: 'usage_equal_events', sql: EQUAL_SQL };

const IN_TURN_SQL = `
  SELECT ${READ_PROPERTIES}, ${PLACE} AS place ${EVENTS_OF_METERS} AND e.id <> ALL($6::text[])
  ORDER BY e.occurred_at, e.id COLLATE "C"`;

const IN_TURN: Cursor = { name: 'usage_events_in_turn', sql: IN_TURN_SQL };

function equalOf({ stretch, meter_id, properties, at, times, place }: EqualRow): EqualEvents {
  return { stretch, meterId: meter_id, properties, at, times: Number(times), place: place ?? '' };
}
