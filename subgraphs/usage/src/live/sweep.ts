import { addMs, instantFromMs, type Instant } from '@tollgate/kernel/time/time';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { messageOf } from '@tollgate/runtime/base/errors';
import type { Logger } from '@tollgate/runtime/base/log';
import { newId } from '@tollgate/runtime/base/new-id';
import type { Job } from '@tollgate/runtime/base/loop';
import type { LiveUsage } from './live.js';
import { readChangedStates, readTenants, type LiveState } from './store.js';

const SWEEP_MS = 2_000;
/** Tenants looked at in one sweep; the others have their turn in the next ones. */
const TENANTS_PER_SWEEP_MAX = 50;
/** How far the first look at a tenant goes back: a crash of this worker or of another is younger. */
const FIRST_LOOK_MS = 10 * 60 * 1_000;
/** A change is visible only at its commit: longer than any transaction may take. */
const OVERLAP_MS = 60_000;

interface Swept {
  readonly at: Instant;
  /** Versions that were told, of customers that changed lately. */
  readonly versions: ReadonlyMap<string, bigint>;
}

/**
 * Tells again what changed lately. A worker may die between its commit and the live store, Redis may lose what it was
 * told, a subscriber may have been away: each heals here, within seconds.
 */
export class LiveSweep implements Job {
  readonly #db: Database;
  readonly #live: LiveUsage;
  readonly #logger: Logger;
  readonly #swept = new Map<string, Swept>();
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor({
    db,
    live,
    logger,
  }: {
    readonly db: Database;
    readonly live: LiveUsage;
    readonly logger: Logger;
  }) {
    this.#db = db;
    this.#live = live;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.sweep()).catch((error: unknown) => this.#warn(error));
    }, SWEEP_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }

  /** Looks at the next tenants once; where nobody else tells changes, at what this process did not tell. */
  async sweep(): Promise<void> {
    if (!this.#live.isShared) return this.#live.tellOverdue();
    const tenants = await readTenants(this.#db.controlReader);
    const count = Math.min(tenants.length, TENANTS_PER_SWEEP_MAX);
    for (let i = 0; i < count; i += 1) {
      const tenantId = tenants[(this.#turn + i) % tenants.length];
      if (tenantId !== undefined) await this.#sweepSafely(tenantId);
    }
    this.#turn += count;
  }

  async #sweepTenant(tenantId: string): Promise<void> {
    const last = this.#swept.get(tenantId);
    const since = last === undefined ? firstLook() : addMs(last.at, -OVERLAP_MS);
    const { states, readAt } = await this.#db.tenant(scopeOf(tenantId), (tx) => readChangedStates(tx, since));
    const untold = states.filter((state) => last?.versions.get(state.customerId) !== state.version);
    await this.#live.repeat(tenantId, untold);
    this.#swept.set(tenantId, { at: readAt, versions: versionsOf(states) });
  }

  /** One tenant that cannot be read (it is moving, say) does not keep the others waiting. */
  async #sweepSafely(tenantId: string): Promise<void> {
    try {
      await this.#sweepTenant(tenantId);
    } catch (error) {
      this.#warn(error);
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
