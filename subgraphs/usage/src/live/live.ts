import { usageChannel } from '@tollgate/contracts/live';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { messageOf } from '@tollgate/runtime/base/errors';
import type { LiveStore, LiveValue } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import type { Logger } from '@tollgate/runtime/base/log';
import { bumpLive, readLiveStates, type LivePeriod, type LiveState } from './store.js';

export type { LiveState } from './store.js';

/** What live totals need. */
export interface LiveUsageParts {
  readonly db: Database;
  readonly store: LiveStore;
  readonly logger: Logger;
  /** The history that the tenant's database has. */
  readonly epochOf: (tenantId: string) => Promise<string>;
}

/** Customers whose change is committed and not set yet. */
interface Untold {
  waiting: Set<string>;
  reading: ReadonlySet<string>;
}

/**
 * Live totals as a cache over the projection in Postgres: one value per customer, with a version that only grows.
 * What is missing is read from Postgres and set again; a change that was not told is told by the sweep.
 */
export class LiveUsage {
  readonly #db: Database;
  readonly #store: LiveStore;
  readonly #logger: Logger;
  readonly #epochOf: (tenantId: string) => Promise<string>;
  /** By tenant, while it is told. */
  readonly #untold = new Map<string, Untold>();

  constructor({ db, store, logger, epochOf }: LiveUsageParts) {
    this.#db = db;
    this.#store = store;
    this.#logger = logger;
    this.#epochOf = epochOf;
  }

  /**
   * Changes are committed: their values are read and set. One read of a tenant at a time: what changes meanwhile is read
   * together by the next.
   */
  tell(scope: Scope, customerIds: readonly string[]): void {
    const untold = this.#untold.get(scope.tenantId);
    for (const id of customerIds) untold?.waiting.add(id);
    if (untold !== undefined) return;
    const first = { waiting: new Set(customerIds), reading: new Set<string>() };
    this.#untold.set(scope.tenantId, first);
    void this.#tellAll(scope, first);
  }

  /** Sets values that are newer than what is there, and tells their watchers. A failure is left to the sweep. */
  set(tenantId: string, states: readonly LiveState[]): void {
    this.#put(tenantId, states).catch((error: unknown) => this.#warn(tenantId, error));
  }

  /** Sets values and tells the watchers in any case; a watcher that knows the version takes no notice. */
  async repeat(tenantId: string, states: readonly LiveState[]): Promise<void> {
    const values = await this.#put(tenantId, states);
    for (const { channel, payload } of values) await this.#store.publish(channel, payload);
  }

  /** Live states in the order of the customers; what this process has just committed is in them. */
  async read(scope: Scope, customerIds: readonly string[]): Promise<LiveState[]> {
    const untold = this.#untold.get(scope.tenantId);
    const told = customerIds.every((id) => untold?.waiting.has(id) !== true && !untold?.reading.has(id));
    const cached = !told ? customerIds.map(() => null) : await this.#cached(scope.tenantId, customerIds);
    const missing = customerIds.filter((_, i) => cached[i] === null);
    if (missing.length === 0) return cached.filter((state) => state !== null);
    const states = await readLiveStates(this.#db.reader(scope), missing);
    this.set(scope.tenantId, states);
    const rebuilt = new Map(states.map((state) => [state.customerId, state]));
    return customerIds.flatMap((id, i) => cached[i] ?? rebuilt.get(id) ?? []);
  }

  /** The present state, then every newer one: the first read may overtake an update that is on its way. */
  watch(scope: Scope, customerId: string): AsyncIterableIterator<LiveState> {
    let version = -1n;
    return liveIterator<LiveState>({
      live: this.#store,
      channels: [usageChannel(scope.tenantId, customerId)],
      first: () => this.read(scope, [customerId]),
      next: decode,
      isNews: (state) => {
        if (state.version <= version) return false;
        version = state.version;
        return true;
      },
      keyOf: () => customerId,
    });
  }

  async #tellAll(scope: Scope, untold: Untold): Promise<void> {
    while (untold.waiting.size > 0) {
      untold.reading = untold.waiting;
      untold.waiting = new Set();
      try {
        const states = await readLiveStates(this.#db.reader(scope), [...untold.reading]);
        await this.#put(scope.tenantId, states);
      } catch (error) {
        this.#warn(scope.tenantId, error);
      }
    }
    this.#untold.delete(scope.tenantId);
  }

  async #put(tenantId: string, states: readonly LiveState[]): Promise<LiveValue[]> {
    const epoch = await this.#epochOf(tenantId);
    const values = states.map((state) => valueOf(usageChannel(tenantId, state.customerId), epoch, state));
    await this.#store.set(values);
    return values;
  }

  #warn(tenant: string, error: unknown): void {
    this.#logger.warn({ tenant, error: messageOf(error) }, 'live totals not set, the sweep will');
  }

  async #cached(tenantId: string, customerIds: readonly string[]): Promise<(LiveState | null)[]> {
    try {
      const epoch = await this.#epochOf(tenantId);
      const keys = customerIds.map((id) => keyOf(usageChannel(tenantId, id), epoch));
      const entries = await this.#store.get(keys);
      return entries.map((entry) => (entry === null ? null : decode(entry.payload)));
    } catch (error) {
      this.#logger.warn(
        { tenant: tenantId, error: messageOf(error) },
        'live store unreachable, reading Postgres',
      );
      return customerIds.map(() => null);
    }
  }
}

/**
 * The customers' live values get their next version, and are read and set once this is committed: the writers of a
 * customer wait for each other until they commit, so nothing is in that stretch that can be outside of it.
 */
export async function tellChange(
  tx: TenantTx,
  live: LiveUsage,
  customerIds: readonly string[],
): Promise<void> {
  if (customerIds.length === 0) return;
  const changed = [...new Set(customerIds)];
  bumpLive(tx, changed, await tx.now());
  tx.onCommit(() => live.tell(tx.scope, changed));
}

function valueOf(channel: string, epoch: string, state: LiveState): LiveValue {
  return { key: keyOf(channel, epoch), channel, version: state.version, payload: encode(state) };
}

/** What was kept of a history that a restore cut off is never found again. */
function keyOf(channel: string, epoch: string): string {
  return `${channel}@${epoch}`;
}

interface Payload {
  readonly customerId: string;
  readonly version: string;
  readonly at: Instant;
  readonly periods: readonly LivePeriod[];
}

function encode(state: LiveState): string {
  const payload: Payload = { ...state, version: state.version.toString() };
  return JSON.stringify(payload);
}

function decode(text: string): LiveState {
  const payload = JSON.parse(text) as Payload;
  return { ...payload, version: BigInt(payload.version) };
}
