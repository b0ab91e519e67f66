import type pg from 'pg';
import { assert } from '@tollgate/kernel/assert';
import { runBatch, type Outcome, type Result, type Statement } from './batch.js';
import { parameterOf } from './parameters.js';
import type { Row } from './rows.js';

/** What to throw for a statement's error: a conflict, say, in place of a violated key. */
export type Explain = (error: unknown) => unknown;

/** SQL and the values of its parameters. */
export interface Asked {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** How a session's transaction begins, and what it takes. */
export interface SessionOptions {
  /** Statements that begin it. */
  readonly begin: readonly string[];
  /** A text without parameters may be several statements: for migrations. */
  readonly scripts?: boolean;
}

/** What waits for a later write goes without it from here on: Postgres works on it while the rest is made. */
const WAITING_BYTES_MAX = 64 * 1024;

interface Queued {
  readonly statement: Statement;
  readonly explain: Explain;
  done(result: Result): void;
  fail(error: unknown): void;
}

/**
 * One transaction on one connection, in as few round trips as its work allows: statements that are asked for in the same
 * turn travel in one write, and so do those that nobody waits for with the next that somebody does, at the latest the
 * commit. Postgres runs them in the order in which they were asked for.
 */
export class Session {
  #queue: Queued[] = [];
  #waitingBytes = 0;
  #scheduled = false;
  #begun = false;
  #sent = false;
  /** The first statement that failed: from there on Postgres refuses everything, and this is why. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    readonly client: pg.PoolClient,
    private readonly options: SessionOptions,
  ) {}

  /** Sends a statement with those before it and waits for its rows. */
  query(asked: Asked): Promise<Result> {
    return new Promise((done, fail) => {
      this.#push(statementOf(asked), { explain: itself, done, fail });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => this.#send());
    });
  }

  /** Leaves a statement for the next write, or for now where it is much; its failure is that of whatever is waited for next. */
  post(asked: Asked, explain: Explain = itself): void {
    this.#push(statementOf(asked), { explain, done: ignore, fail: ignore });
    if (this.#waitingBytes > WAITING_BYTES_MAX && !this.#scheduled) this.#send();
  }

  /** Leaves a statement that sets something for the next write. */
  set(text: string): void {
    this.#push(control(text), { explain: itself, done: ignore, fail: ignore });
  }

  /** Ends the transaction with what is still to be sent. Throws where any of it failed: nothing is committed then. */
  async commit(): Promise<void> {
    if (!this.#begun) return;
    const { command } = await this.#commit();
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

  #commit(): Promise<Result> {
    return new Promise((done, fail) => {
      this.#push(control('COMMIT'), { explain: itself, done, fail });
      this.#send();
    });
  }

  #push(statement: Statement, outcome: Omit<Queued, 'statement'>): void {
    this.#begin();
    this.#queue.push({ statement, ...outcome });
    for (const value of statement.values) this.#waitingBytes += value?.length ?? 0;
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    for (const text of this.options.begin)
      this.#queue.push({ statement: control(text), explain: itself, done: ignore, fail: ignore });
  }

  #send(): void {
    this.#scheduled = false;
    const queue = this.#queue;
    this.#queue = [];
    this.#waitingBytes = 0;
    if (queue.length === 0) return;
    this.#sent = true;
    // Each one's own outcome is told to whoever waits for it.
    if (this.options.scripts === true) for (const one of queue) void this.#runScript(one);
    else void this.#run(queue);
  }

  async #run(queue: readonly Queued[]): Promise<void> {
    this.#tell(
      queue,
      await runBatch(
        this.client,
        queue.map(({ statement }) => statement),
      ),
    );
  }

  /** By the simple protocol where it has no parameters: that alone takes several statements in one text. */
  async #runScript(one: Queued): Promise<void> {
    const { text, values } = one.statement;
    if (values.length > 0) return this.#run([one]);
    try {
      const answers = [await this.client.query<Row>(text)].flat();
      const { rows = [], command = '' } = answers.at(-1) ?? {};
      this.#tell([one], { results: [{ rows, command }], failure: null });
    } catch (error) {
      this.#tell([one], { results: [], failure: { index: 0, error } });
    }
  }

  #tell(queue: readonly Queued[], { results, failure }: Outcome): void {
    for (const [index, { done, fail, explain }] of queue.entries()) {
      if (failure?.index === index) this.#failure ??= { error: explain(failure.error) };
      const result = results[index];
      // COMMIT of a transaction that failed is answered without an error.
      if (this.#failure !== undefined) fail(this.#failure.error);
      else if (result !== undefined) done(result);
    }
  }
}

/** Values that cannot be written fail here: were it found out while sending, the commit behind it would still go out. */
export function statementOf({ text, values = [] }: Asked): Statement {
  return { text, values: values.map(parameterOf) };
}

/** A statement that begins, ends or sets something. */
export function control(text: string): Statement {
  return { text, values: [], control: true };
}

function itself(error: unknown): unknown {
  return error;
}

function ignore(): void {
  return;
}
