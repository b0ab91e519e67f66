import { LRUCache } from 'lru-cache';
import type { RowShape } from './rows.js';

/** Texts that a connection remembers. A prepared one takes some 30 KB of its server process. */
const TEXTS_MAX = 256;

/** A text that a connection has run, and what Postgres keeps of it. */
export interface Known {
  /** The name it was prepared under; null while it was run only once. */
  name: string | null;
  /** Its columns, once they were described. */
  shape: RowShape | null;
}

/** What to do about a statement: which it is, and whether it has to be sent as text. */
export interface Use {
  readonly known: Known;
  readonly isNew: boolean;
}

/**
 * What one connection has prepared. A text that comes a second time is, and is from then on neither parsed nor described:
 * texts name their tenant's schema, so each tenant has its own, and those that were not used for long give way.
 */
export class PreparedStatements {
  static #ageOfAll = 0;
  #age = PreparedStatements.#ageOfAll;
  #names = 0;
  #closing: string[] = [];
  readonly #known = new LRUCache<string, Known>({
    max: TEXTS_MAX,
    dispose: ({ name }) => {
      if (name !== null) this.#closing.push(name);
    },
  });

  /** No connection of this process uses again what it has prepared until now: a table has changed, say. */
  static forgetEverywhere(): void {
    PreparedStatements.#ageOfAll += 1;
  }

  use(text: string): Use {
    this.#forgetOld();
    const known = this.#known.get(text);
    if (known === undefined) {
      const first: Known = { name: null, shape: null };
      this.#known.set(text, first);
      return { known: first, isNew: true };
    }
    if (known.name !== null) return { known, isNew: false };
    this.#names += 1;
    known.name = `t${this.#names}`;
    return { known, isNew: true };
  }

  /** Names that Postgres may forget. */
  closing(): readonly string[] {
    const names = this.#closing;
    if (names.length > 0) this.#closing = [];
    return names;
  }

  /** Nobody knows whether Postgres has these: they are prepared anew, under other names. */
  forget(texts: readonly string[]): void {
    for (const text of texts) this.#known.delete(text);
  }

  /** Postgres was told to forget these and may not have heard it. */
  closeAgain(names: readonly string[]): void {
    this.#closing.push(...names);
  }

  #forgetOld(): void {
    if (this.#age === PreparedStatements.#ageOfAll) return;
    this.#age = PreparedStatements.#ageOfAll;
    this.#known.clear();
  }
}
