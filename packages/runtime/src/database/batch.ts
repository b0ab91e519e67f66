import pg from 'pg';
import { codeOf, OutdatedStatement } from '../base/errors.js';
import type { Parameter } from './parameters.js';
import { PreparedStatements, type Known } from './prepared.js';
import { RowShape, type Field, type Row } from './rows.js';
import { WireWriter } from './wire.js';

/** One statement and its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly Parameter[];
  /** Begins or ends something: gives no rows and is not worth preparing. */
  readonly control?: boolean;
}

/** What became of a statement. */
export interface Result {
  readonly rows: Row[];
  /** What Postgres says it did: `COMMIT`, `INSERT 0 3`. */
  readonly command: string;
}

/** What became of a batch: the results of the statements before `failure.index`, and why that one has none. */
export interface Outcome {
  readonly results: readonly Result[];
  readonly failure: { readonly index: number; readonly error: unknown } | null;
}

/**
 * Sends statements in one write and gets their answers in one: Postgres carries them out in their order, and after the
 * first that fails none. Never rejects.
 */
export function runBatch(client: pg.PoolClient, statements: readonly Statement[]): Promise<Outcome> {
  return new Promise((resolve) => {
    client.query(new Batch(preparedOf(client), statements, resolve));
  });
}

const preparedBy = new WeakMap<pg.PoolClient, PreparedStatements>();

function preparedOf(client: pg.PoolClient): PreparedStatements {
  const known = preparedBy.get(client) ?? new PreparedStatements();
  preparedBy.set(client, known);
  return known;
}

const writer = new WireWriter();

interface Step extends Statement {
  readonly known: Known | null;
  /** Sent as text, so that nobody knows whether it was prepared if it fails. */
  readonly isNew: boolean;
}

/** pg takes it for one query of its own, whose answers it hands over one by one. */
class Batch extends pg.Query {
  /** The texts, for whoever counts what is asked. */
  readonly texts: readonly string[];
  readonly #steps: Step[] = [];
  readonly #results: Result[] = [];
  #closed: readonly string[] = [];
  #rows: Row[] = [];
  #shape: RowShape | null = null;
  #unreadable: Outcome['failure'] = null;

  constructor(
    private readonly prepared: PreparedStatements,
    private readonly statements: readonly Statement[],
    private readonly done: (outcome: Outcome) => void,
  ) {
    super('');
    this.texts = statements.map(({ text }) => text);
  }

  /** pg puts its own around it, to watch the time. */
  callback = (error: unknown): void => {
    if (error === null) this.done({ results: this.#results, failure: this.#unreadable });
    else this.#failed(error);
  };

  override submit = (connection: pg.Connection): void => {
    for (const statement of this.statements) this.#write(statement);
    this.#closed = this.prepared.closing();
    for (const name of this.#closed) writer.close(name);
    writer.sync();
    const bytes = writer.taken();
    if (connection.stream.writable) connection.stream.write(bytes);
  };

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.#shape = new RowShape(fields);
    const known = this.#steps[this.#results.length]?.known ?? null;
    if (known !== null) known.shape = this.#shape;
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const shape = this.#shape ?? this.#steps[this.#results.length]?.known?.shape;
    try {
      if (shape !== undefined && shape !== null) this.#rows.push(shape.read(fields));
    } catch (error) {
      this.#unreadable ??= { index: this.#results.length, error };
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#results.push({ rows: this.#rows, command: text });
    this.#rows = [];
    this.#shape = null;
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' });
  }

  handleError(error: unknown): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  #write({ text, values, control = false }: Statement): void {
    const { known, isNew } = control ? { known: null, isNew: true } : this.prepared.use(text);
    const name = known?.name ?? '';
    if (isNew) writer.parse(name, text);
    writer.bind(name, values);
    if (isNew && !control) writer.describe();
    writer.execute();
    this.#steps.push({ text, values, control, known, isNew });
  }

  #failed(error: unknown): void {
    // One whose answer was still on its way may or may not have been carried out.
    const index = Math.min(this.#results.length, this.statements.length - 1);
    const unsure = this.#steps.slice(index).filter((step) => step.isNew);
    this.prepared.forget(unsure.map(({ text }) => text));
    this.prepared.closeAgain(this.#closed);
    this.done({
      results: this.#results,
      failure: { index, error: isOutdated(error) ? outdated(error) : error },
    });
  }
}

const UNKNOWN_STATEMENT = '26000';
const CACHED_PLAN = /cached plan must not change/;

/** A table changed under a prepared statement, or somebody between us and Postgres lost it. */
function isOutdated(error: unknown): boolean {
  return codeOf(error) === UNKNOWN_STATEMENT || (error instanceof Error && CACHED_PLAN.test(error.message));
}

/** At the next try nothing is prepared any more, whatever the connection. */
function outdated(error: unknown): OutdatedStatement {
  PreparedStatements.forgetEverywhere();
  return new OutdatedStatement('a prepared statement is out of date', { cause: error });
}
