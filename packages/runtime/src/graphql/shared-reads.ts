import type { Database } from '../database/db.js';

/** Keys of one statement. */
const KEYS_MAX = 1_000;

/** A read by keys: what is not there is missing in what comes back. */
export interface KeyedRead<V> {
  /** What is read and for whom, tenant first: reads of one name are the same but for their keys. */
  readonly name: readonly [tenantId: string, what: string];
  readonly keys: readonly string[];
  read(keys: readonly string[]): Promise<ReadonlyMap<string, V>>;
}

interface Batch {
  readonly keys: Set<string>;
  readonly rows: Promise<ReadonlyMap<string, unknown>>;
}

/**
 * Reads of one tenant that several requests ask for in one turn of the process are one statement. Nothing is remembered:
 * every read begins after it was asked for, so each request sees what was committed by then.
 */
export class SharedReads {
  readonly #open = new Map<string, Batch>();

  /** The rows by key, of these keys and perhaps others. Whoever gets them shares them: they are not to be changed. */
  rows<V>(read: KeyedRead<V>): Promise<ReadonlyMap<string, V>> {
    const name = read.name.join('\n');
    const open = this.#open.get(name);
    const batch =
      open === undefined || open.keys.size + read.keys.length > KEYS_MAX ? this.#begin(name, read) : open;
    for (const key of read.keys) batch.keys.add(key);
    return batch.rows as Promise<ReadonlyMap<string, V>>;
  }

  #begin<V>(name: string, { read }: KeyedRead<V>): Batch {
    const keys = new Set<string>();
    const rows = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      if (this.#open.get(name) === batch) this.#open.delete(name);
      return read([...keys]);
    });
    const batch: Batch = { keys, rows };
    this.#open.set(name, batch);
    return batch;
  }
}

const shared = new WeakMap<Database, SharedReads>();

/** Those of everybody who reads from these databases. */
export function sharedReadsOf(db: Database): SharedReads {
  const known = shared.get(db) ?? new SharedReads();
  shared.set(db, known);
  return known;
}
