import type { Database } from './db.js';

/** One of a kind in this process for each shard of a database, made when it is first asked for. */
export class PerShard<T> {
  readonly #known = new WeakMap<Database, Map<string, T>>();
  readonly #make: (db: Database, shard: string) => T;

  constructor(make: (db: Database, shard: string) => T) {
    this.#make = make;
  }

  /** The one over this shard. */
  of(db: Database, shard: string): T {
    const shards = this.#known.get(db) ?? new Map<string, T>();
    this.#known.set(db, shards);
    const one = shards.get(shard) ?? this.#make(db, shard);
    shards.set(shard, one);
    return one;
  }

  /** All that were made for a database. */
  allOf(db: Database): readonly T[] {
    return [...(this.#known.get(db)?.values() ?? [])];
  }
}
