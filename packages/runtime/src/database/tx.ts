import { type Instant, instantFromMs } from '@tollgate/kernel/time/time';
import type { PrismaLease, TenantPrismaClient, TenantPrismaClients } from './prisma.js';
import type { Rehearsal } from './rehearsal.js';
import type { Row } from './rows.js';
import type { Explain, Session } from './session.js';
import { qualified } from './sql.js';

export type { Row } from './rows.js';

/** Where a tenant lives; `locate` is the one way to a connection. */
export interface Placement {
  readonly tenantId: string;
  readonly shard: string;
  readonly epoch: number;
  readonly state: 'provisioning' | 'active' | 'suspended' | 'moving';
  /** Name of the tenant's schema and of its role. */
  readonly schema: string;
  readonly sandbox: boolean;
}

/** Who acts, and why it came to that: goes into every journal row and message. */
export interface Scope {
  readonly tenantId: string;
  readonly actor: string;
  readonly correlation: string;
  readonly cause: string;
}

/** SQL with `{t}.` for the tenant's schema and `{s}.` for the shard's. */
export interface Queryable {
  query<R = Row>(text: string, params?: readonly unknown[]): Promise<R[]>;
}

/** An open transaction. Statements that are asked for in the same turn travel together. */
export interface Tx extends Queryable {
  /**
   * Sends a statement with the next one or with the commit, in order, and waits for nothing: for locks and for writes.
   * Should it fail, then so does the next statement that is waited for, at the latest the commit, with what `explain`
   * makes of the error.
   */
  post(text: string, params?: readonly unknown[], explain?: Explain): void;
  /** Runs after the commit, for wake-ups only; losing one costs a poll interval, never data. */
  onCommit(wake: () => void): void;
}

/** One transaction in a tenant's schema, under the tenant's role: Postgres refuses what belongs to others. */
export interface TenantTx extends Tx {
  readonly scope: Scope;
  readonly placement: Placement;
  /** Null where it is meant: then what it writes stays. */
  readonly rehearsal: Rehearsal | null;
  /** Prisma's typed client, bound to this very transaction. For everyday reads and writes, not for hot paths. */
  readonly prisma: TenantPrismaClient;
  /** Business time: a sandbox's test clock, which stands still until the transaction ends, else the system's clock. */
  now(): Promise<Instant>;
  /** The same transaction on somebody else's behalf, or for another reason. */
  inScope(scope: Scope): TenantTx;
}

/** A transaction as the service role. */
export class RawTx implements Tx {
  readonly #wakes: (() => void)[];
  readonly #clocks = new Map<string, Promise<Instant | null>>();

  constructor(
    readonly session: Session,
    wakes: (() => void)[],
  ) {
    this.#wakes = wakes;
  }

  async query<R = Row>(text: string, params: readonly unknown[] = []): Promise<R[]> {
    const result = await this.session.query({ text: qualified(text, null), values: params });
    return result.rows as R[];
  }

  post(text: string, params: readonly unknown[] = [], explain?: Explain): void {
    this.session.post({ text: qualified(text, null), values: params }, explain);
  }

  onCommit(wake: () => void): void {
    this.#wakes.push(wake);
  }

  /** A sandbox's test clock, which stands still until the transaction ends; null where it has none. */
  testClock(tenantId: string): Promise<Instant | null> {
    const known = this.#clocks.get(tenantId);
    if (known !== undefined) return known;
    const asked = this.query<{ now: Instant | null }>('SELECT {s}.tenant_now($1) AS now', [tenantId]);
    const clock = asked.then(([row]) => row?.now ?? null);
    this.#clocks.set(tenantId, clock);
    return clock;
  }
}

/** A tenant's transaction while it is open; made by `Database`. */
export class OpenTenantTx implements TenantTx {
  #lease: PrismaLease | undefined;
  #now: Promise<Instant> | undefined;
  /** The transaction that this one is in another scope: it holds what is lent. */
  readonly #within: OpenTenantTx | undefined;

  readonly placement: Placement;
  readonly scope: Scope;
  readonly rehearsal: Rehearsal | null;

  constructor(
    private readonly raw: RawTx,
    private readonly clients: TenantPrismaClients,
    of: {
      readonly placement: Placement;
      readonly scope: Scope;
      readonly within?: OpenTenantTx;
      readonly rehearsal?: Rehearsal;
    },
  ) {
    this.placement = of.placement;
    this.scope = of.scope;
    this.#within = of.within;
    this.rehearsal = of.rehearsal ?? of.within?.rehearsal ?? null;
  }

  get prisma(): TenantPrismaClient {
    if (this.#within !== undefined) return this.#within.prisma;
    const connection = { query: (statement: PrismaStatement) => this.raw.session.nested(statement) };
    this.#lease ??= this.clients.lease(this.placement.schema, connection);
    return this.#lease.prisma;
  }

  async query<R = Row>(text: string, params: readonly unknown[] = []): Promise<R[]> {
    const statement = { text: qualified(text, this.placement.schema), values: params };
    const result = await this.raw.session.query(statement);
    return result.rows as R[];
  }

  post(text: string, params: readonly unknown[] = [], explain?: Explain): void {
    this.raw.session.post({ text: qualified(text, this.placement.schema), values: params }, explain);
  }

  now(): Promise<Instant> {
    this.#now ??= this.placement.sandbox ? this.#testClock() : Promise.resolve(instantFromMs(Date.now()));
    return this.#now;
  }

  inScope(scope: Scope): TenantTx {
    return new OpenTenantTx(this.raw, this.clients, { placement: this.placement, scope, within: this });
  }

  onCommit(wake: () => void): void {
    this.raw.onCommit(wake);
  }

  /** Ends the use of Prisma; called once, when the work is over. */
  release(): void {
    this.#lease?.release();
  }

  async #testClock(): Promise<Instant> {
    return (await this.raw.testClock(this.placement.tenantId)) ?? instantFromMs(Date.now());
  }
}

interface PrismaStatement {
  readonly text: string;
  readonly values?: unknown[];
}
