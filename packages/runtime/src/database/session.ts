import type pg from 'pg';
import { assert } from '@tollgate/kernel/assert';
import { inOneWrite } from './pool.js';

/** What to throw for a statement's error: a conflict, say, in place of a violated key. */
export type Explain = (error: unknown) => unknown;

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

interface Queued {
  readonly statement: Statement;
  readonly explain: Explain;
  done(result: pg.QueryResult): void;
  fail(error: unknown): void;
}

/**
 * One transaction on one connection, in as few round trips as its work allows: statements that are asked for in the same
 * turn travel in one write, and so do those that nobody waits for with the next that somebody does, at the latest the
 * commit. Postgres runs them in the order in which they were asked for.
 */
export class Session {
  #queue: Queued[] = [];
  #scheduled = false;
  #begun = false;
  #sent = false;
  /** The first statement that failed: from there on Postgres refuses everything, and this is why. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    readonly client: pg.PoolClient,
    private readonly begin: string,
  ) {}

  /** Sends a statement with those before it and waits for its rows. */
  query(statement: Statement): Promise<pg.QueryResult> {
    return new Promise((done, fail) => {
      this.#push({ statement, explain: itself, done, fail });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => this.#send());
    });
  }

  /** Leaves a statement for the next write; its failure is that of whatever is waited for next. */
  post(statement: Statement, explain: Explain = itself): void {
    this.#push({ statement, explain, done: ignore, fail: ignore });
  }

  /** Ends the transaction with what is still to be sent. Throws where any of it failed: nothing is committed then. */
  async commit(): Promise<void> {
    if (!this.#begun) return;
    const { command } = await this.query({ text: 'COMMIT' });
    if (this.#failure !== undefined) throw this.#failure.error;
    assert(command === 'COMMIT', 'a statement failed in this transaction and its error was swallowed');
  }

  /** For Prisma, which recovers from failures at its own savepoints: sends what is queued and then the statement. */
  async nested(statement: { readonly text: string; readonly values?: unknown[] }): Promise<unknown> {
    this.#begin();
    this.#send();
    try {
      return await this.client.query(statement);
    } catch (error) {
      throw this.#failure === undefined ? error : this.#failure.error;
    }
  }

  /** Drops what was not sent and rolls the rest back. */
  async rollback(): Promise<void> {
    const queue = this.#queue;
    this.#queue = [];
    this.#failure ??= { error: new Error('the transaction is over') };
    for (const one of queue) one.fail(this.#failure.error);
    if (this.#sent) await this.client.query('ROLLBACK');
  }

  #push({ statement, ...queued }: Queued): void {
    this.#begin();
    this.#queue.push({ statement: serialised(statement), ...queued });
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#queue.push({ statement: { text: this.begin }, explain: itself, done: ignore, fail: ignore });
  }

  #send(): void {
    this.#scheduled = false;
    const queue = this.#queue;
    this.#queue = [];
    if (queue.length === 0) return;
    this.#sent = true;
    // Each one's own outcome is told to whoever waits for it.
    void inOneWrite(this.client, () => queue.map((one) => this.#run(one)));
  }

  async #run({ statement, explain, done, fail }: Queued): Promise<void> {
    try {
      const { text, values } = statement;
      const result = await this.client.query(values === undefined ? text : { text, values: [...values] });
      // COMMIT of a transaction that failed is answered without an error.
      if (this.#failure === undefined) done(result);
      else fail(this.#failure.error);
    } catch (error) {
      this.#failure ??= { error: explain(error) };
      fail(this.#failure.error);
    }
  }
}

/** A value that cannot be written fails here: were it found out while sending, the commit behind it would still go out. */
function serialised({ text, values }: Statement): Statement {
  return values === undefined ? { text } : { text, values: values.map(asText) };
}

function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date)
    return value;
  return JSON.stringify(value);
}

function itself(error: unknown): unknown {
  return error;
}

function ignore(): void {
  return;
}
