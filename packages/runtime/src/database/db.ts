import type pg from 'pg';
import { inOneWrite } from './pool.js';
import { Pools, type DatabaseOptions, type Lane } from './pools.js';
import { TenantPrismaClients } from './prisma.js';
import { Placements } from './placements.js';
import { retried } from './retry.js';
import { Session } from './session.js';
import { qualified } from './sql.js';
import {
  OpenTenantTx,
  RawTx,
  type Placement,
  type Queryable,
  type Row,
  type Scope,
  type TenantTx,
  type Tx,
} from './tx.js';

export type { DatabaseOptions } from './pools.js';
export type { Placement, Queryable, RawTx, Row, Scope, TenantTx } from './tx.js';

/** On whose behalf work is done, and where that tenant lives. */
export interface TenantAt {
  readonly placement: Placement;
  readonly scope: Scope;
}

/** The connections of one process: the control schema, the shards, and tenants on them. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #pools: Pools;
  readonly #prisma: TenantPrismaClients;
  readonly #placements: Placements;
  #workers: Database | undefined;

  /** `of`: the lane beside this one, which knows the same tenants. */
  constructor(options: DatabaseOptions, lane: Lane = 'api', of?: Database) {
    this.#options = options;
    this.#pools = new Pools(options, lane);
    this.#prisma = of === undefined ? new TenantPrismaClients() : of.#prisma;
    this.#placements =
      of === undefined ? new Placements((text, params) => this.read('main', text, params)) : of.#placements;
  }

  /**
   * The same databases for work in the background, over connections of its own: neither waits for the other. Here a
   * statement may take longer, and a tenant's share is not bounded.
   */
  get workers(): Database {
    this.#workers ??= new Database(this.#options, 'workers', this);
    return this.#workers;
  }

  /** Names of the shards this process serves. */
  get shards(): readonly string[] {
    return this.#pools.shards;
  }

  /**
   * Where the tenant lives, at most 5 s old; null where there is no such tenant. Takes a connection of its own for
   * a moment, so call it before a transaction and never inside: waiting for a second connection while holding one
   * is how a full pool locks itself up.
   */
  locate(tenantId: string): Promise<Placement | null> {
    return this.#placements.locate(tenantId);
  }

  /** Forgets what `locate` remembers of a tenant. */
  forget(tenantId: string): void {
    this.#placements.forget(tenantId);
  }

  /**
   * One transaction as the tenant. Tried again on what is transient (deadlock, version conflict), so `work` must read
   * whatever it decides by inside of it. Throws `UnknownTenant` where the tenant is not active.
   */
  async tenant<T>(scope: Scope, work: (tx: TenantTx) => Promise<T>): Promise<T> {
    const placement = await this.#open(scope.tenantId);
    // The role ends with the transaction: one round trip begins both, and none is needed to change back.
    const begin = `BEGIN; SET LOCAL ROLE "${placement.schema}"`;
    const run = (): Promise<T> =>
      this.transaction(placement.shard, (raw) => this.#work(raw, { placement, scope }, work), begin);
    return this.#pools.share(placement.shard, scope.tenantId, () => retried(run));
  }

  /**
   * Reads as the tenant, each statement in a transaction of its own that can write nothing: begin, role, statement and
   * end travel together and cost one round trip. For hot reads that one statement answers.
   */
  reader(scope: Scope): Queryable {
    return {
      query: <R = Row>(text: string, params: readonly unknown[] = []) =>
        this.#open(scope.tenantId).then((placement) =>
          this.#pools.share(placement.shard, scope.tenantId, () =>
            retried(() => this.#readAs<R>(placement, text, params)),
          ),
        ),
    };
  }

  /** Reads the control schema, one statement at a time, without the round trips of a transaction. */
  get controlReader(): Queryable {
    return this.single('main');
  }

  /** Statements as the service, each of which commits by itself in one round trip: for claims, looks and single rows. */
  single(name: string): Queryable {
    return {
      query: <R = Row>(text: string, params: readonly unknown[] = []) => this.read<R>(name, text, params),
    };
  }

  async #readAs<R>({ schema, shard }: Placement, text: string, params: readonly unknown[]): Promise<R[]> {
    const client = await this.#pools.pool(shard).connect();
    client.on('error', ignoreLoss);
    try {
      const statement = { text: qualified(text, schema), values: params as unknown[] };
      // Should the first fail, so do the others: the service does not inherit what the role may do.
      const [, { rows }] = await inOneWrite(client, () => [
        client.query(`BEGIN READ ONLY; SET LOCAL ROLE "${schema}"`),
        client.query(statement),
        client.query('COMMIT'),
      ]);
      client.off('error', ignoreLoss);
      client.release();
      return rows as R[];
    } catch (error) {
      await abandon(client, error, () => client.query('ROLLBACK'));
      throw error;
    }
  }

  /** Where the tenant lives, if it is open for work. */
  async #open(tenantId: string): Promise<Placement> {
    const placement = await this.locate(tenantId);
    if (placement === null || placement.state !== 'active') throw new UnknownTenant(tenantId);
    return placement;
  }

  /** Runs `work` as the tenant inside an open transaction of its shard; the service's role returns afterwards. */
  async asTenant<T>(raw: RawTx, as: TenantAt, work: (tx: TenantTx) => Promise<T>): Promise<T> {
    raw.post(`SET LOCAL ROLE "${as.placement.schema}"`);
    const result = await this.#work(raw, as, work);
    raw.post('RESET ROLE');
    return result;
  }

  /** The work as the tenant, whose role the transaction already has. */
  async #work<T>(raw: RawTx, as: TenantAt, work: (tx: TenantTx) => Promise<T>): Promise<T> {
    const tx = new OpenTenantTx(raw, this.#prisma, as);
    try {
      return await work(tx);
    } finally {
      // Before the role changes back: a Prisma call that nobody awaited must not run as the service.
      tx.release();
    }
  }

  /** One transaction on a shard as the service itself (inbox, offsets, timers, relay); never tenant data. */
  async shard<T>(name: string, work: (tx: RawTx) => Promise<T>): Promise<T> {
    return this.transaction(name, work);
  }

  /** One transaction in the control schema. */
  async control<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction('main', work);
  }

  /** One transaction as the owner of everything; only where `adminUrl` is configured. */
  async admin<T>(work: (tx: RawTx) => Promise<T>): Promise<T> {
    return this.transaction('admin', work);
  }

  /** One reading statement as the service, without the round trips of a transaction: for pollers and look-ups. */
  async read<R = Row>(name: string, text: string, params: readonly unknown[] = []): Promise<R[]> {
    const result = await this.#pools.pool(name).query(qualified(text, null), params as unknown[]);
    return result.rows as R[];
  }

  async transaction<T>(name: string, work: (tx: RawTx) => Promise<T>, begin = 'BEGIN'): Promise<T> {
    const client = await this.#pools.pool(name).connect();
    const session = new Session(client, begin);
    const wakes: (() => void)[] = [];
    // The pool listens to idle connections only; one that is cut off in use would otherwise end the process.
    client.on('error', ignoreLoss);
    try {
      const result = await work(new RawTx(session, wakes));
      await session.commit();
      client.off('error', ignoreLoss);
      client.release();
      for (const wake of wakes) wake();
      return result;
    } catch (error) {
      await abandon(client, error, () => session.rollback());
      throw error;
    }
  }

  /** True when the main database answers. */
  async healthy(): Promise<boolean> {
    try {
      await this.#pools.pool('main').query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  /** Ends the connections of both lanes. */
  async close(): Promise<void> {
    await this.#prisma.close();
    if (this.#workers !== undefined) await this.#workers.#pools.end();
    await this.#pools.end();
  }
}

/** There is no such tenant, or it is not open for work now. */
export class UnknownTenant extends Error {
  override readonly name = 'UnknownTenant';
  constructor(readonly tenantId: string) {
    super(`tenant ${tenantId} is unknown or not active`);
  }
}

/** Rolls back and gives the connection back; one that cannot even do that is thrown away. */
async function abandon(
  client: pg.PoolClient,
  error: unknown,
  rollback: () => Promise<unknown>,
): Promise<void> {
  try {
    await rollback();
    client.off('error', ignoreLoss);
    client.release();
  } catch {
    // Keeps its listener: it may still complain while it ends.
    client.release(error instanceof Error ? error : true);
  }
}

/** The statement in flight fails with the reason; there is nothing more to do about it here. */
function ignoreLoss(): void {
  return;
}
