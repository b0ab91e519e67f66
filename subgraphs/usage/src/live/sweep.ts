import { addMs, instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { messageOf } from '@tollgate/runtime/base/errors';
import type { Logger } from '@tollgate/runtime/base/log';
import { newId } from '@tollgate/runtime/base/new-id';
import { Loop, type Sentry } from '@tollgate/runtime/base/loop';
import { lookFor } from '@tollgate/runtime/database/lookout';
import type { LiveUsage } from './live.js';
import { readChangedStates, readSnapshot, readTenants, WHEN_WRITTEN_SQL, type LiveState } from './store.js';

const SWEEP_MS = 2_000;
/** Tenants looked at in one sweep; the others have their turn in the next ones. */
const TENANTS_PER_SWEEP_MAX = 50;
/** How far the first look at a tenant goes back: a crash of this worker or of another is younger. */
const FIRST_LOOK_MS = 10 * 60 * 1_000;
/** A change is visible only at its commit: longer than any transaction may take. */
const OVERLAP_MS = 60_000;

interface Told {
  readonly at: Instant;
  /** Versions that were told, of customers that changed lately. */
  readonly versions: ReadonlyMap<string, bigint>;
}

/** One look at all tenants, some at a time. */
interface Cycle {
  /** What was committed when it began, by shard. */
  readonly seen: ReadonlyMap<string, string>;
  looked: number;
  missed: number;
}

/** How many tenants were looked at, how many of them could not be read, and how many there are. */
interface Swept {
  readonly looked: number;
  readonly missed: number;
  readonly tenants: number;
}

/**
 * Tells again what changed lately. A worker may die between its commit and the live store, Redis may lose what it was
 * told, a subscriber may have been away: each heals here, within seconds. While nothing is written at all there is
 * nothing to look at.
 */
export class LiveSweep extends Loop {
  readonly #db: Database;
  readonly #live: LiveUsage;
  readonly #logger: Logger;
  readonly #swept = new Map<string, Told>();
  #turn = 0;
  #cycle: Cycle | undefined;
  /** What was committed when a look at all tenants began, by shard; undefined while they are looked at. */
  #seen: ReadonlyMap<string, string> | undefined;

  constructor({
    db,
    live,
    logger,
  }: {
    readonly db: Database;
    readonly live: LiveUsage;
    readonly logger: Logger;
  }) {
    super('looks', SWEEP_MS);
    this.#db = db;
    this.#live = live;
    this.#logger = logger;
  }

  protected override sentry(): Sentry | undefined {
    if (!this.#live.isShared) return undefined;
    const params = (shard: string): unknown[] | null =>
      this.#seen === undefined ? null : [this.#seen.get(shard) ?? ''];
    return lookFor(this.#db, { sql: WHEN_WRITTEN_SQL, params });
  }

  /** Looks at the next tenants; when all had their turn, it rests until something is written. */
  protected override async round(): Promise<void> {
    await this.notifier.pause(SWEEP_MS);
    if (this.stopping) return;
    // Where nobody else tells changes, there is only what this process did not tell.
    if (!this.#live.isShared) return this.#live.tellOverdue();
    const cycle = (this.#cycle ??= await this.#begin());
    const { looked, missed, tenants } = await this.sweep();
    cycle.looked += looked;
    cycle.missed += missed;
    if (cycle.looked < tenants) return;
    this.#cycle = undefined;
    if (cycle.missed > 0) return;
    this.#seen = cycle.seen;
    await this.notifier.rest();
    this.#seen = undefined;
  }

  protected override failed(error: unknown): void {
    this.#warn(error);
  }

  async #begin(): Promise<Cycle> {
    const seen = new Map<string, string>();
    for (const shard of this.#db.shards) seen.set(shard, await readSnapshot(this.#db.single(shard)));
    return { seen, looked: 0, missed: 0 };
  }

  /** Looks at the next tenants once. */
  async sweep(): Promise<Swept> {
    const tenants = await readTenants(this.#db.controlReader);
    const looked = Math.min(tenants.length, TENANTS_PER_SWEEP_MAX);
    let missed = 0;
    for (let i = 0; i < looked; i += 1) {
      const tenantId = tenants[(this.#turn + i) % tenants.length];
      if (tenantId !== undefined && !(await this.#sweepSafely(tenantId))) missed += 1;
    }
    this.#turn += looked;
    return { looked, missed, tenants: tenants.length };
  }

  async #sweepTenant(tenantId: string): Promise<void> {
    const last = this.#swept.get(tenantId);
    const since = last === undefined ? firstLook() : addMs(last.at, -OVERLAP_MS);
    const { states, readAt } = await this.#db.tenant(scopeOf(tenantId), (tx) => readChangedStates(tx, since));
    const untold = states.filter((state) => last?.versions.get(state.customerId) !== state.version);
    await this.#live.repeat(tenantId, untold);
    this.#swept.set(tenantId, { at: readAt, versions: versionsOf(states) });
  }

  /** One tenant that cannot be read (it is moving, say) does not keep the others waiting: false then. */
  async #sweepSafely(tenantId: string): Promise<boolean> {
    try {
      await this.#sweepTenant(tenantId);
      return true;
    } catch (error) {
      this.#warn(error);
      return false;
    }
  }

  #warn(error: unknown): void {
    this.#logger.warn({ error: messageOf(error) }, 'live sweep failed, trying again');
  }
}

function firstLook(): Instant {
  return instantFromMs(Date.now() - FIRST_LOOK_MS);
}

function versionsOf(states: readonly LiveState[]): ReadonlyMap<string, bigint> {
  return new Map(states.map((state) => [state.customerId, state.version]));
}

function scopeOf(tenantId: string): Scope {
  return { tenantId, actor: 'system', correlation: newId('evt'), cause: 'job:live-sweep' };
}
