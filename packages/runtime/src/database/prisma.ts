import { PrismaPg } from '@prisma/adapter-pg';
import { assert } from '@tollgate/kernel/assert';
import { PrismaClient } from '@tollgate/prisma/tenant';
import pg from 'pg';

/** The typed client without what belongs to its owner: connecting, disconnecting, listening. */
export type TenantPrismaClient = Omit<PrismaClient, '$connect' | '$disconnect' | '$extends' | '$on'>;

/** A Prisma client lent to one open tenant transaction. */
export interface PrismaLease {
  readonly prisma: TenantPrismaClient;
  /** Call before the connection is given back, once, whatever happened. Later uses of `prisma` are refused. */
  release(): void;
}

/** Clients kept warm between leases; more may be lent at once, as many as there are open transactions. */
const IDLE_CLIENTS_MAX = 32;

/**
 * Prisma is told this schema and the lease puts the tenant's in its place: a client's start and its compiled
 * queries (milliseconds and megabytes) are then paid once per concurrent transaction, not once per tenant.
 */
const SCHEMA_PLACEHOLDER = '"tollgate_tenant"';

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Prisma inside transactions that we opened ourselves (`BEGIN; SET LOCAL ROLE`).
 *
 * A client belongs to one transaction at a time. Prisma batches `findUnique` calls of one client over ticks and
 * asynchronous contexts, so a client shared by two transactions could run one's read on the other's connection.
 */
export class TenantPrismaClients {
  readonly #idle: BoundClient[] = [];

  /** Statements of `prisma` run on `client` in `schema`; its own transactions become savepoints there. */
  lease(schema: string, client: Connection): PrismaLease {
    assert(SCHEMA_NAME.test(schema), `a schema name is a plain identifier: ${schema}`);
    const bound = this.#idle.pop() ?? bindClient();
    const transaction = new TenantTransaction(schema, client);
    bound.connection.transaction = transaction;
    return {
      prisma: guarded(bound.prisma, transaction),
      release: () => {
        this.#takeBack(bound, transaction);
      },
    };
  }

  /** Ends the idle clients. The connections are the caller's. */
  async close(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((bound) => bound.prisma.$disconnect()));
  }

  #takeBack(bound: BoundClient, transaction: TenantTransaction): void {
    if (transaction.ended) return;
    transaction.ended = true;
    // A call that nobody awaited may still reach its connection later: such a client is never lent again.
    if (transaction.pending > 0 || this.#idle.length >= IDLE_CLIENTS_MAX) return;
    bound.connection.transaction = undefined;
    this.#idle.push(bound);
  }
}

interface BoundClient {
  readonly prisma: PrismaClient;
  readonly connection: { transaction: TenantTransaction | undefined };
}

interface Statement {
  readonly text: string;
  readonly values?: unknown[];
}

/** What runs Prisma's statements in the order in which they come. */
export interface Connection {
  query(statement: Statement): Promise<unknown>;
}

/** One open transaction of a tenant: statements run one after another, nested transactions as savepoints. */
class TenantTransaction {
  ended = false;
  /** Prisma calls that have begun and not ended. */
  pending = 0;
  #savepoints = 0;
  #tail: Promise<unknown> = Promise.resolve();
  readonly #schema: string;
  readonly #client: Connection;

  constructor(schema: string, client: Connection) {
    this.#schema = `"${schema}"`;
    this.#client = client;
  }

  assertOpen(): void {
    assert(!this.ended, 'Prisma is used within its tenant transaction only');
  }

  async track<Result>(call: () => Promise<Result>): Promise<Result> {
    this.assertOpen();
    this.pending += 1;
    try {
      return await call();
    } finally {
      this.pending -= 1;
    }
  }

  /** Waits for its turn, so that a statement never lands within a savepoint that another call opened. */
  async query(statement: Statement): Promise<unknown> {
    const turn = await this.#turn();
    try {
      return await this.#send(statement);
    } finally {
      turn.end();
    }
  }

  /** What Prisma takes for a connection of its own: a savepoint that has the transaction to itself until released. */
  async connect(): Promise<unknown> {
    const turn = await this.#turn();
    const savepoint = `prisma_${(this.#savepoints += 1)}`;
    return {
      query: (statement: Statement) => this.#sendNested(statement, savepoint),
      on: () => undefined,
      removeListener: () => undefined,
      release: turn.end,
    };
  }

  async #sendNested(statement: Statement, savepoint: string): Promise<unknown> {
    const { text } = statement;
    assert(!text.startsWith('SET TRANSACTION'), 'a savepoint has the isolation level of its transaction');
    if (text === 'BEGIN') return this.#send({ text: `SAVEPOINT ${savepoint}` });
    if (text === 'COMMIT') return this.#send({ text: `RELEASE SAVEPOINT ${savepoint}` });
    if (text !== 'ROLLBACK') return this.#send(statement);
    await this.#send({ text: `ROLLBACK TO SAVEPOINT ${savepoint}` });
    return this.#send({ text: `RELEASE SAVEPOINT ${savepoint}` });
  }

  #send(statement: Statement): Promise<unknown> {
    this.assertOpen();
    const text = statement.text.replaceAll(SCHEMA_PLACEHOLDER, this.#schema);
    return this.#client.query({ ...statement, text });
  }

  async #turn(): Promise<{ readonly end: () => void }> {
    const before = this.#tail;
    let end: () => void = () => undefined;
    this.#tail = new Promise<void>((resolve) => {
      end = resolve;
    });
    await before;
    return { end };
  }
}

function bindClient(): BoundClient {
  const connection: BoundClient['connection'] = { transaction: undefined };
  const current = (): TenantTransaction => {
    assert(connection.transaction !== undefined, 'Prisma is used within a tenant transaction only');
    return connection.transaction;
  };
  // The adapter accepts nothing but a pg.Pool. This one never opens a connection: both its doors are replaced.
  const pool = Object.assign(new pg.Pool(), {
    query: async (statement: Statement) => current().query(statement),
    connect: async () => current().connect(),
  });
  const adapter = new PrismaPg(pool as unknown as pg.Pool, { schema: SCHEMA_PLACEHOLDER.slice(1, -1) });
  return { prisma: new PrismaClient({ adapter }), connection };
}

/** The client as one transaction sees it: a promise kept beyond the transaction's end is refused when it starts. */
function guarded(prisma: PrismaClient, transaction: TenantTransaction): TenantPrismaClient {
  const begin = prisma.$transaction.bind(prisma) as (...args: unknown[]) => Promise<unknown>;
  const extended = prisma.$extends({
    query: { $allOperations: ({ args, query }) => transaction.track(() => query(args)) },
    client: { $transaction: (...args: unknown[]) => transaction.track(() => begin(...args)) },
  });
  return extended as unknown as TenantPrismaClient;
}
