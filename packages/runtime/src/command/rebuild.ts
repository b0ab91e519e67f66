import { canonicalJson, type JsonValue } from '@tollgate/kernel/codec';
import { foldEvents, type Decider } from '@tollgate/kernel/decider';
import type { TenantTx } from '../database/db.js';
import { readDatedStreams, type DatedHistory, type DomainEvent } from '../journal/journal.js';
import { addRows, eventRowsOf, type EventRows } from './event-rows.js';
import {
  keyOf,
  keySql,
  ownerColumn,
  quoted,
  recordset,
  removeRows,
  rowsOf,
  saveRows,
  type ProjectedRow,
  type ProjectedTable,
  type Projection,
} from './projection.js';

export interface CheckOptions {
  /** The last stream of the page before; null for the first page. */
  readonly after: string | null;
  /** Streams of one page, and of one transaction. */
  readonly limit: number;
  /** Whether to write what the journal comes to where the rows say something else. */
  readonly repair: boolean;
}

/** A row that is not what the journal comes to. */
export interface Difference {
  readonly stream: string;
  readonly table: string;
  /** The row's key. */
  readonly key: string;
  /** By column: what stands in the table, and what the journal says. All of the row where one of both has none. */
  readonly columns: Readonly<Record<string, { readonly live: JsonValue; readonly rebuilt: JsonValue }>>;
  /** `stray`: a row without a stream; it is reported and left alone, for nothing says what it should be. */
  readonly kind: 'other' | 'missing' | 'extra' | 'stray';
}

export interface Checked {
  readonly streams: number;
  readonly differences: readonly Difference[];
  /** Where the next page begins; null after the last one. */
  readonly next: string | null;
}

interface Rules<State, Event extends DomainEvent> {
  readonly idPrefix: string;
  readonly decider: Pick<Decider<State, never, Event, unknown>, 'initial' | 'evolve'>;
  readonly projections: readonly Projection<State>[];
  readonly eventRows?: readonly EventRows<State, Event>[];
}

type Histories<Event extends DomainEvent> = ReadonlyMap<string, DatedHistory<Event>>;

/** Compares a page of streams with their rows, and mends the rows where that is asked for. */
export async function checkStreams<State, Event extends DomainEvent>(
  tx: TenantTx,
  rules: Rules<State, Event>,
  { after, limit, repair }: CheckOptions,
): Promise<Checked> {
  const { idPrefix, decider, projections } = rules;
  const prefix = `${idPrefix}_`;
  const from = after ?? prefix;
  const streams = await streamsAfter(tx, { prefix, from, limit });
  const full = streams.length === limit;
  const span = { from, to: full ? (streams.at(-1) ?? null) : null, prefix: '' };
  const histories: Histories<Event> = streams.length === 0 ? new Map() : await readDatedStreams(tx, streams);
  const loaded = streams.map((id) => {
    const { version, events } = histories.get(id) ?? { version: 0, events: [] };
    const told = events.map(({ event }) => event);
    return { id, version, state: foldEvents<State, Event>(decider, told) };
  });
  const differences = await checkEventRows(tx, rules, {
    streams,
    histories,
    span: { ...span, prefix },
    repair,
  });
  for (const projection of projections) {
    const found = await compare(tx, projection, { rows: rowsOf(projection, loaded), span });
    const known = new Set(streams);
    differences.push(...found.map((one) => differenceOf(projection, one, known)));
    if (repair) mend(tx, projection, { found, known, loaded });
  }
  return { streams: streams.length, differences, next: span.to };
}

/** What events added stays as it was written, so that only what is missing is mended. */
async function checkEventRows<State, Event extends DomainEvent>(
  tx: TenantTx,
  { decider, eventRows = [] }: Rules<State, Event>,
  page: {
    readonly streams: readonly string[];
    readonly histories: Histories<Event>;
    readonly span: Span;
    readonly repair: boolean;
  },
): Promise<Difference[]> {
  const { streams, histories, span, repair } = page;
  const known = new Set(streams);
  const before = { version: 0, state: decider.initial };
  const differences: Difference[] = [];
  for (const table of eventRows) {
    const evolve = (state: State, event: Event) => decider.evolve(state, event);
    const rows = streams.flatMap((id) =>
      eventRowsOf(table, evolve, { id, before, events: histories.get(id)?.events ?? [] }),
    );
    const found = await compare(tx, table, { rows, span });
    differences.push(...found.map((one) => differenceOf(table, one, known)));
    const missing = new Set(found.filter(({ live }) => live === null).map(({ key }) => key));
    if (repair)
      await addRows(
        tx,
        table,
        rows.filter((row) => missing.has(keyOf(table, row))),
      );
  }
  return differences;
}

async function streamsAfter(
  tx: TenantTx,
  { prefix, from, limit }: { readonly prefix: string; readonly from: string; readonly limit: number },
): Promise<string[]> {
  const rows = await tx.query<{ stream: string }>(
    `SELECT stream FROM {t}.event WHERE version = 1 AND stream > $1 AND starts_with(stream, $2)
     ORDER BY stream LIMIT $3`,
    [from, prefix, limit],
  );
  return rows.map(({ stream }) => stream);
}

type Row = Readonly<Record<string, JsonValue>>;

interface Compared {
  readonly key: string;
  readonly owner: string;
  readonly live: Row | null;
  readonly rebuilt: Row | null;
}

/** Which owners of rows are looked at: after one, up to another, and those of one kind where others have rows there too. */
interface Span {
  readonly from: string;
  readonly to: string | null;
  readonly prefix: string;
}

/** Postgres compares: both sides have the table's own types. */
async function compare(
  tx: TenantTx,
  table: ProjectedTable,
  { rows, span }: { readonly rows: readonly ProjectedRow[]; readonly span: Span },
): Promise<Compared[]> {
  return tx.query<Compared>(compareSql(table), [JSON.stringify(rows), span.from, span.to, span.prefix]);
}

function differenceOf(
  { table, columns }: ProjectedTable,
  { key, owner, live, rebuilt }: Compared,
  known: ReadonlySet<string>,
): Difference {
  const kind = !known.has(owner) ? 'stray' : live === null ? 'missing' : rebuilt === null ? 'extra' : 'other';
  return { stream: owner, table, key, kind, columns: differing(columns, live, rebuilt) };
}

/** What the journal knows is made so; a row without a stream stays, for nothing says what it should be. */
function mend<State>(
  tx: TenantTx,
  projection: Projection<State>,
  page: {
    readonly found: readonly Compared[];
    readonly known: ReadonlySet<string>;
    readonly loaded: readonly { readonly id: string; readonly version: number; readonly state: State }[];
  },
): void {
  const wrong = page.found.filter(({ owner }) => page.known.has(owner));
  const extra = wrong.flatMap(({ live, rebuilt }) => (rebuilt === null && live !== null ? [live] : []));
  const owners = new Set(wrong.map(({ owner }) => owner));
  removeRows(tx, projection, extra);
  saveRows(
    tx,
    projection,
    page.loaded.filter(({ id }) => owners.has(id)),
  );
}

function compareSql(projection: ProjectedTable): string {
  const { table, key, columns, present = {} } = projection;
  const names = columns.map(quoted).join(', ');
  const live = columns
    .map((column) => `${present[column] ?? quoted(column)} AS ${quoted(column)}`)
    .join(', ');
  const owner = quoted(ownerColumn(projection));
  const keys = key.map(quoted).join(', ');
  return `
    SELECT ${keySql(projection)} AS key, coalesce(s.owner, r.owner) AS owner, s.row AS live, r.row AS rebuilt
    FROM (SELECT ${keys}, ${owner} AS owner, to_jsonb(n) AS row
          FROM (SELECT ${names} FROM ${recordset(projection)}) n) r
    FULL JOIN (SELECT ${keys}, ${owner} AS owner, to_jsonb(n) AS row
          FROM (SELECT ${live} FROM {t}.${table}
                WHERE ${owner} > $2 AND ($3::text IS NULL OR ${owner} <= $3) AND starts_with(${owner}, $4)) n) s USING (${keys})
    WHERE s.row IS DISTINCT FROM r.row ORDER BY 1`;
}

function differing(columns: readonly string[], live: Row | null, rebuilt: Row | null): Difference['columns'] {
  const pairs = columns.map((column) => {
    const pair = { live: live?.[column] ?? null, rebuilt: rebuilt?.[column] ?? null };
    return [column, pair] as const;
  });
  return Object.fromEntries(
    pairs.filter(([, pair]) => canonicalJson(pair.live) !== canonicalJson(pair.rebuilt)),
  );
}
