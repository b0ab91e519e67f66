import { type Instant, instantFromMs } from '@tollgate/kernel/time/time';
import pg from 'pg';

export type Row = Record<string, unknown>;

/** A column as Postgres describes it. */
export interface Field {
  readonly name: string;
  readonly dataTypeID: number;
}

/** How the rows of a statement are read. */
export class RowShape {
  readonly #names: readonly string[];
  readonly #parsers: readonly ((text: string) => unknown)[];
  /** What every row is a copy of: to fill a column that is there takes a fraction of what it takes to add one. */
  readonly #empty: Row;

  constructor(fields: readonly Field[]) {
    this.#names = fields.map(({ name }) => name);
    this.#parsers = fields.map(({ dataTypeID }) => parserOf(dataTypeID));
    this.#empty = Object.fromEntries(this.#names.map((name) => [name, null]));
  }

  /** A row from its columns' texts. Throws where one of them is not what its type says. */
  read(texts: readonly (string | null)[]): Row {
    const row: Row = { ...this.#empty };
    const names = this.#names;
    for (let index = 0; index < names.length; index += 1) {
      const name = names[index];
      const text = texts[index] ?? null;
      if (name !== undefined && text !== null) row[name] = this.#parsers[index]?.(text);
    }
    return row;
  }
}

const OID = { int8: 20, timestamptz: 1184, date: 1082 } as const;

/** Instants as canonical text, 64-bit integers as bigint, dates as text; numerics stay exact text. */
export function parserOf(oid: number, format: 'text' | 'binary' = 'text'): (text: string) => unknown {
  if (oid === OID.int8) return BigInt;
  if (oid === OID.timestamptz) return instantOf;
  if (oid === OID.date) return (text) => text;
  return pg.types.getTypeParser(oid, format as 'text') as (text: string) => unknown;
}

/** Sessions are in UTC, so nearly every instant needs its parts put together and nothing else. */
function instantOf(text: string): Instant {
  if (!UTC_TEXT.test(text)) return instantFromMs(Date.parse(normalised(text)));
  const fraction = text.slice(20, -3).slice(0, 3).padEnd(3, '0');
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction}Z` as Instant;
}

const UTC_TEXT = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?\+00$/;

/** Postgres writes `2024-01-01 00:00:00.123456+00`; JavaScript wants `T`, three decimals and a full offset. */
function normalised(text: string): string {
  const [, day, time, fraction = '', zone = '+00'] =
    /^(\S+) (\d+:\d+:\d+)(?:\.(\d+))?([+-]\d+(?::\d+)?)?$/.exec(text) ?? [];
  const offset = zone.includes(':') ? zone : `${zone}:00`;
  return `${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`;
}
