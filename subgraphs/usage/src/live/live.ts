import { usageChannel } from '@tollgate/contracts/live';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { messageOf } from '@tollgate/runtime/base/errors';
import type { LiveName, LiveStore, LiveValue } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import type { Logger } from '@tollgate/runtime/base/log';
import { Announced, type Change } from './announced.js';
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

/** Values of a tenant that are being read, and which of them were forgotten meanwhile: those are older than that. */
interface Reading {
  readonly tenantId: string;
  readonly outdated: Set<string>;
}

/**
 * Live totals as a cache over the projection in Postgres: one value per customer, with a version that only grows.
 * What is missing is read from Postgres and set again; a change that nobody watches is not read before somebody asks, and
 * one that was not told is told by the sweep.
 */
export class LiveUsage {
  readonly #db: Database;
  readonly #store: LiveStore;
  readonly #logger: Logger;
  readonly #epochOf: (tenantId: string) => Promise<string>;
  /** By tenant, while it is told. */
  readonly #untold = new Map<string, Untold>();
  readonly #announced = new Announced();
  readonly #readings = new Set<Reading>();

  constructor({ db, store, logger, epochOf }: LiveUsageParts) {
    this.#db = db;
    this.#store = store;
    this.#logger = logger;
    this.#epochOf = epochOf;
  }

  /** Whether other processes tell changes and watch them. */
  get isShared(): boolean {
    return this.#store.isShared;
  }

  /** A change is about to be committed. Where the store is shared, the sweep finds out by itself what came of it. */
  announce(change: Change): void {
    if (!this.isShared) this.#announced.add(change);
  }

  /**
   * A change is committed: its values are read and set. One read of a tenant at a time: what changes meanwhile is read
   * together by the next.
   */
  tell(change: Change): void {
    this.#announced.delete(change);
    const { scope, customerIds } = change;
    const untold = this.#untold.get(scope.tenantId);
    for (const id of customerIds) untold?.waiting.add(id);
    if (untold !== undefined) return;
    const first = { waiting: new Set(customerIds), reading: new Set<string>() };
    this.#untold.set(scope.tenantId, first);
    void this.#tellAll(scope, first);
  }

  /** Tells what was announced and is not told yet, committed or not. */
  tellOverdue(): void {
    for (const change of this.#announced.overdue()) this.tell({ ...change });
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
    const { states, kept } = await this.#load(scope, missing);
    kept.catch((error: unknown) => this.#warn(scope.tenantId, error));
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
        const watched = await this.#outdate(scope.tenantId, [...untold.reading]);
        if (watched.length > 0) await (await this.#load(scope, watched)).kept;
      } catch (error) {
        this.#warn(scope.tenantId, error);
        this.announce({ scope, customerIds: [...untold.reading] });
      }
    }
    this.#untold.delete(scope.tenantId);
  }

  /** Forgets the values of customers that nobody watches; the others. */
  async #outdate(tenantId: string, customerIds: readonly string[]): Promise<readonly string[]> {
    const epoch = await this.#epochOf(tenantId);
    const watched = this.#store.outdate(customerIds.map((id) => nameOf(tenantId, id, epoch)));
    const readings = [...this.#readings].filter((reading) => reading.tenantId === tenantId);
    for (const { outdated } of readings)
      customerIds.forEach((id, i) => watched[i] !== true && outdated.add(id));
    return customerIds.filter((_, i) => watched[i]);
  }

  /** Reads values and sets them, which `kept` is about. */
  async #load(scope: Scope, customerIds: readonly string[]) {
    const reading = { tenantId: scope.tenantId, outdated: new Set<string>() };
    this.#readings.add(reading);
    const end = () => this.#readings.delete(reading);
    try {
      const states = await readLiveStates(this.#db.reader(scope), customerIds);
      return { states, kept: this.#put(scope.tenantId, states, reading.outdated).finally(end) };
    } catch (error) {
      end();
      throw error;
    }
  }

  async #put(
    tenantId: string,
    states: readonly LiveState[],
    outdated: ReadonlySet<string> = NONE,
  ): Promise<LiveValue[]> {
    const epoch = await this.#epochOf(tenantId);
    const present = states.filter((state) => !outdated.has(state.customerId));
    const values = present.map((state): LiveValue => {
      const { key, channel } = nameOf(tenantId, state.customerId, epoch);
      return { key, channel, version: state.version, payload: encode(state) };
    });
    await this.#store.set(values);
    return values;
  }

  #warn(tenant: string, error: unknown): void {
    this.#logger.warn({ tenant, error: messageOf(error) }, 'live totals not set, the sweep will');
  }

  async #cached(tenantId: string, customerIds: readonly string[]): Promise<(LiveState | null)[]> {
    try {
      const epoch = await this.#epochOf(tenantId);
      const keys = customerIds.map((id) => nameOf(tenantId, id, epoch).key);
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
  // Nobody watches what is taken back.
  if (customerIds.length === 0 || tx.rehearsal !== null) return;
  const changed = [...new Set(customerIds)];
  bumpLive(tx, changed, await tx.now());
  const change = { scope: tx.scope, customerIds: changed };
  live.announce(change);
  tx.onCommit(() => live.tell(change));
}

/** What was kept of a history that a restore cut off is never found again. */
function nameOf(tenantId: string, customerId: string, epoch: string): LiveName {
  const channel = usageChannel(tenantId, customerId);
  return { channel, key: `${channel}@${epoch}` };
}

const NONE: ReadonlySet<string> = new Set();

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
