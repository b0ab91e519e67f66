import { rejection } from '../base/errors.js';
import { BlockBuilder, LINE_BYTES_MAX, TOO_LARGE, type Block, type Format } from './block.js';

/** Columns that are fields of an event; every other one is a property of its name. */
const FIELDS: ReadonlySet<string> = new Set(['id', 'customerId', 'customerExternalId', 'type', 'timestamp']);
const NEEDED = ['id', 'type', 'timestamp'];
const COLUMNS_MAX = 200;

type Place = 'start' | 'plain' | 'quoted' | 'closed';

/**
 * Comma-separated values by RFC 4180, the names of the columns first. Cells are texts; a property whose cell is empty is left
 * out. Records are numbered from 1, which is that of the names.
 */
export class Csv implements Format {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #builder = new BlockBuilder(2);
  #names: readonly string[] | null = null;
  #cells: string[] = [];
  #cell = '';
  #place: Place = 'start';
  #isBroken = false;
  /** Characters of the record so far. */
  #size = 0;

  push(chunk: Buffer): readonly Block[] {
    return this.#read(this.#text(() => this.#decoder.decode(chunk, { stream: true })));
  }

  end(): readonly Block[] {
    const blocks = this.#read(this.#text(() => this.#decoder.decode()));
    if (this.#place === 'quoted') return [...blocks, ...this.#broken().take()];
    if (this.#size > 0) this.#endRecord();
    if (this.#names === null) throw rejection('BAD_REQUEST', 'CSV begins with the names of its columns');
    return [...blocks, ...this.#builder.take()];
  }

  cut(): readonly Block[] {
    return this.#builder.take();
  }

  #text(decode: () => string): string {
    try {
      return decode();
    } catch {
      throw rejection('BAD_REQUEST', 'CSV is text in UTF-8');
    }
  }

  #read(text: string): Block[] {
    const blocks: Block[] = [];
    for (const char of text) {
      this.#size += char.length;
      // A quote that is never closed would take the rest of the stream with it.
      if (this.#size > LINE_BYTES_MAX) throw rejection('BAD_REQUEST', TOO_LARGE.message);
      this.#take(char);
      if (this.#builder.isFull) blocks.push(...this.#builder.take());
    }
    return blocks;
  }

  #take(char: string): void {
    if (this.#place === 'quoted') {
      if (char === '"') this.#place = 'closed';
      else this.#cell += char;
    } else if (char === ',') this.#endCell();
    else if (char === '\n') this.#endRecord();
    else if (char === '"' && this.#place !== 'plain') {
      // Two in a row, inside quotes, are one.
      if (this.#place === 'closed') this.#cell += char;
      this.#place = 'quoted';
    } else if (char !== '\r') {
      if (this.#place === 'closed' || char === '"') this.#isBroken = true;
      this.#place = 'plain';
      this.#cell += char;
    }
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#place = 'start';
  }

  #endRecord(): void {
    this.#endCell();
    const [cells, names, isBroken] = [this.#cells, this.#names, this.#isBroken];
    const isEmpty = cells.length === 1 && cells[0] === '';
    this.#cells = [];
    this.#isBroken = false;
    this.#size = 0;
    if (names === null) this.#names = namesOf(cells);
    else if (isEmpty) this.#builder.add(Buffer.from('\n'), 1);
    else if (isBroken || cells.length !== names.length) this.#broken();
    else this.#builder.add(Buffer.from(`${JSON.stringify(eventOf(names, cells))}\n`), 1);
  }

  #broken(): BlockBuilder {
    const columns = String(this.#names?.length ?? 0);
    this.#builder.skip({ code: 'MALFORMED', message: `The record is not one of ${columns} columns.` });
    return this.#builder;
  }
}

function namesOf(cells: readonly string[]): readonly string[] {
  const names = cells.map((cell) => cell.trim().replace(/^\ufeff/, ''));
  const missing = NEEDED.find((name) => !names.includes(name));
  if (missing !== undefined) throw rejection('BAD_REQUEST', `CSV has a column "${missing}"`);
  if (!names.includes('customerId') && !names.includes('customerExternalId'))
    throw rejection('BAD_REQUEST', 'CSV has a column "customerId" or "customerExternalId"');
  if (names.length > COLUMNS_MAX || new Set(names).size < names.length || names.includes(''))
    throw rejection('BAD_REQUEST', `CSV has at most ${String(COLUMNS_MAX)} columns of different names`);
  return names;
}

function eventOf(names: readonly string[], cells: readonly string[]): object {
  const given = names.flatMap((name, i) => {
    const cell = cells[i] ?? '';
    return cell === '' ? [] : [[name, cell] as const];
  });
  return {
    ...Object.fromEntries(given.filter(([name]) => FIELDS.has(name))),
    properties: Object.fromEntries(given.filter(([name]) => !FIELDS.has(name))),
  };
}
