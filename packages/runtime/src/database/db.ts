import { answerOf, takenBack, transact } from './connection.js';
import { Pools, type DatabaseOptions, type Lane } from './pools.js';
import { TenantPrismaClients } from './prisma.js';
import { Placements } from './placements.js';
import { Rehearsal } from './rehearsal.js';
import { retried, retriedWhereOutdated } from './retry.js';
import { control, statementOf, type Asked, type SessionOptions } from './session.js';
import { qualified } from './sql.js';
import type { RawTx } from './tx.js';
import {
  OpenTenantTx,
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
    const options = { begin: ['BEGIN', asRole(placement)] };
    const run = (): Promise<T> =>
      transact(this.#pools.pool(placement.shard), options, (raw) =>
        this.#work(raw, { placement, scope }, work),
      );
    return this.#pools.share(placement.shard, scope.tenantId, () => retried(run));
  }

  /**
   * The same, and taken back: everything is carried out on one snapshot, nothing of it stays or is sent, and it waits for no
   * lock and holds nobody up by one.
   */
  async rehearse<T>(scope: Scope, work: (tx: TenantTx, rehearsal: Rehearsal) => Promise<T>): Promise<T> {
    const placement = await this.#open(scope.tenantId);
    const options = { begin: ['BEGIN ISOLATION LEVEL REPEATABLE READ', asRole(placement)] };
    const run = (): Promise<T> =>
      takenBack(this.#pools.pool(placement.shard), options, (raw) => {
        const rehearsal = new Rehearsal();
        return this.#work(raw, { placement, scope, rehearsal }, (tx) => work(tx, rehearsal));
      });
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

  /**
   * Statements as the service in one transaction and one round trip, none of which needs another's answer; the rows of
   * the last.
   */
  async together<R = Row>(name: string, asked: readonly Asked[]): Promise<R[]> {
    const work = asked.map(({ text, values = [] }) => statementOf({ text: qualified(text, null), values }));
    const statements = [control('BEGIN'), ...work, control('COMMIT')];
    const pool = this.#pools.pool(name);
    return retriedWhereOutdated(() => answerOf<R>(pool, { statements, index: asked.length }));
  }

  async #readAs<R>(placement: Placement, text: string, params: readonly unknown[]): Promise<R[]> {
    const statement = statementOf({ text: qualified(text, placement.schema), values: params });
    const begin = [control('BEGIN READ ONLY'), control(asRole(placement))];
    // Should the first fail, so do the others: the service does not inherit what the role may do.
    const statements = [...begin, statement, control('COMMIT')];
    return answerOf<R>(this.#pools.pool(placement.shard), { statements, index: begin.length });
  }

  /** Where the tenant lives, if it is open for work. */
  async #open(tenantId: string): Promise<Placement> {
    const placement = await this.locate(tenantId);
    if (placement === null || placement.state !== 'active') throw new UnknownTenant(tenantId);
    return placement;
  }

  /** Runs `work` as the tenant inside an open transaction of its shard; the service's role returns afterwards. */
  async asTenant<T>(raw: RawTx, as: TenantAt, work: (tx: TenantTx) => Promise<T>): Promise<T> {
    raw.session.set(asRole(as.placement));
    const result = await this.#work(raw, as, work);
    raw.session.set('RESET ROLE');
    return result;
  }

  /** The work as the tenant, whose role the transaction already has. */
  async #work<T>(
    raw: RawTx,
    as: TenantAt & { readonly rehearsal?: Rehearsal },
    work: (tx: TenantTx) => Promise<T>,
  ): Promise<T> {
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
    return transact(this.#pools.pool(name), PLAIN, work);
  }

  /** One transaction in the control schema. */
  async control<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return transact(this.#pools.pool('main'), PLAIN, work);
  }

  /**
   * One transaction as the owner of everything; only where `adminUrl` is configured. A text without parameters may be
   * several statements.
   */
  async admin<T>(work: (tx: RawTx) => Promise<T>): Promise<T> {
    return transact(this.#pools.pool('admin'), { ...PLAIN, scripts: true }, work);
  }

  /** One reading statement as the service, without the round trips of a transaction: for pollers and look-ups. */
  async read<R = Row>(name: string, text: string, params: readonly unknown[] = []): Promise<R[]> {
    const statements = [statementOf({ text: qualified(text, null), values: params })];
    const pool = this.#pools.pool(name);
    return retriedWhereOutdated(() => answerOf<R>(pool, { statements, index: 0 }));
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

const PLAIN: SessionOptions = { begin: ['BEGIN'] };

function asRole({ schema }: Placement): string {
  return `SET LOCAL ROLE "${schema}"`;
}
