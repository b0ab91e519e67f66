import type { AuditLine } from '@tollgate/runtime/command/audit';
import { postAudit } from '@tollgate/runtime/command/audit';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { instantFromMs } from '@tollgate/kernel/time/time';
import { tellChange, type LiveUsage } from '../live/live.js';
import type { MeterCache } from '../meter/cache.js';
import { holdForCounting, type CountingHold } from '../meter/store.js';
import { reviseCloses, reviseLevels } from '../period/handlers/close.js';
import { countStored } from '../total/count.js';
import { checkAlerts } from '../alert/handlers.js';
import { checkCaps, stopsOf } from '../spend-cap/handlers.js';
import { tellProgress } from '../threshold/handlers.js';
import { byCustomer, spansOf } from '../total/domain/tallies.js';
import { lockTotals, saveTotals, type LockedTotal } from '../total/store/total.js';
import { arrange, isJudgedAlike, type Batch, type Outcome } from './domain/batch.js';
import type { KnownSubscriptions } from '../subscription/handlers.js';
import type { EventRejection } from './domain/judge.js';
import {
  subscriptionsOf,
  windowAt,
  type Candidate,
  type ReportedEvent,
  type ReportRules,
} from './domain/report.js';
import { candidateOf, complete } from './completing.js';
import { readInTurns } from './read-in-turns.js';
import { customersIn, customersOf, withoutStopped } from './stopped.js';
import { insertEvents, insertNewEvents } from './store.js';

/** A report as it was judged before its transaction began. */
export interface Judged {
  readonly report: {
    readonly scope: Scope;
    readonly events: readonly ReportedEvent[];
    /** Its line in the audit trail; null where the command that it is a part of leaves one. */
    readonly line: AuditLine | null;
  };
  /** What it is judged by besides the meters: the customers it names, and what it wants. */
  readonly who: Omit<ReportRules, 'meters'>;
  /** Version of the meters it was judged by. */
  readonly version: number;
  readonly reads: readonly (Candidate | EventRejection)[];
}

export interface StoringParts {
  readonly db: Database;
  readonly cache: MeterCache;
  readonly live: LiveUsage;
  readonly subscriptions: KnownSubscriptions;
}

/** How often what was guessed wrong is done again. */
const STORE_ROUNDS_MAX = 4;

/** Tenants whose last transaction is remembered. */
const TENANTS_MAX = 2_000;

/** What a transaction stores by was guessed, and guessed wrong. */
export class Misjudged extends Error {
  override readonly name = 'Misjudged';
}

/** What was stored, and the totals it is to be counted into. */
interface Stored {
  readonly accepted: readonly Candidate[];
  readonly totals: readonly LockedTotal[];
  /** How many of a batch's first events had been stored before. */
  readonly known: number;
}

/** What a tenant's transaction found. */
interface Found extends CountingHold {
  readonly known: number;
}

/**
 * Stores reports of a tenant in one transaction of two writes. Meters and time are asked for with the write that stores by
 * them, and events are taken for new: all that is nearly always as it was in the last transaction. Where it is not, the
 * transaction is taken back and done again, one step after the other.
 */
export class Storing {
  readonly #parts: StoringParts;
  /** What tenants' last transactions found. */
  readonly #last = new Map<string, Found>();

  constructor(parts: StoringParts) {
    this.#parts = parts;
  }

  /** Outcomes of each report; tells when nothing is left but to commit. */
  async store(
    reports: readonly Judged[],
    tell: (committing: boolean) => void,
  ): Promise<readonly (readonly Outcome[])[]> {
    const [first] = reports;
    if (first === undefined) return [];
    const run = (guesses: boolean) =>
      this.#parts.db.tenant(first.report.scope, async (tx) => {
        tell(false);
        const outcomes = await this.#storeIn(tx, reports, guesses);
        tell(true);
        return outcomes;
      });
    // What is stopped meanwhile is seen when the totals are locked: then once more.
    for (let round = 1; round < STORE_ROUNDS_MAX; round += 1) {
      try {
        return await run(round === 1);
      } catch (error) {
        if (!(error instanceof Misjudged)) throw error;
      }
    }
    return run(false);
  }

  /** The same for one report inside a command's transaction. Throws `Misjudged` where that has to be done again. */
  async storeWithin(tx: TenantTx, report: Judged): Promise<readonly Outcome[]> {
    const [outcomes = []] = await this.#storeIn(tx, [report], false);
    return outcomes;
  }

  async #storeIn(tx: TenantTx, reports: readonly Judged[], guesses: boolean) {
    const guess = guesses ? this.#guess(tx, reports) : null;
    const { hold, batch, stored } = await (guess === null
      ? this.#storeInSteps(tx, reports)
      : this.#storeByGuess(tx, reports, guess));
    this.#remember(tx, { ...hold, known: stored.known });
    const counted = await countStored(tx, stored.accepted, stored.totals);
    saveTotals(tx, counted);
    const { accepted: events, totals: before } = stored;
    await tellProgress(tx, { events, before, after: counted, now: hold.now });
    await checkCaps(tx, customersIn(before.filter(({ capped }) => capped)), hold.now);
    await checkAlerts(tx, customersIn(before.filter(({ alerted }) => alerted)), hold.now);
    postAudit(
      tx,
      reports.flatMap(({ report }) => report.line ?? []),
    );
    await reviseCloses(
      tx,
      counted.filter((total) => total.closed),
      hold.now,
    );
    await reviseLevels(tx, stored.accepted, hold.now);
    await tellChange(
      tx,
      this.#parts.live,
      counted.map((total) => total.customerId),
    );
    return batch.outcomes;
  }

  /** What the transaction will find, most likely; null where reports were judged by other meters, or events come again. */
  #guess(tx: TenantTx, reports: readonly Judged[]): CountingHold | null {
    const last = this.#last.get(tx.scope.tenantId);
    if (last === undefined || last.known > 0 || reports.some(({ version }) => version !== last.version))
      return null;
    return tx.placement.sandbox ? last : { ...last, now: instantFromMs(Date.now()) };
  }

  #remember(tx: TenantTx, found: Found): void {
    if (this.#last.size >= TENANTS_MAX) this.#last.clear();
    this.#last.set(tx.scope.tenantId, found);
  }

  /** All in one write: what was asked for first is there before the events are, whatever it says. */
  async #storeByGuess(tx: TenantTx, reports: readonly Judged[], guess: CountingHold) {
    const batch = arrange(
      reports.map(({ reads }) => reads),
      windowAt(guess.now),
    );
    const [hold, stored] = await Promise.all([holdForCounting(tx), storeNew(tx, batch, guess.version)]);
    const isRight =
      hold.version === guess.version && isJudgedAlike(batch, windowAt(guess.now), windowAt(hold.now));
    if (!isRight || stored.totals.some(({ stopped }) => stopped)) throw new Misjudged();
    return { hold, batch, stored };
  }

  async #storeInSteps(tx: TenantTx, reports: readonly Judged[]) {
    // They travel together.
    const [hold, stops] = await Promise.all([holdForCounting(tx), stopsOf(tx, customersOf(reports))]);
    const reads = await this.#reads(tx, reports, hold.version);
    const batch = arrange(withoutStopped(reads, stops), windowAt(hold.now));
    const stored = await storeBatch(tx, batch, hold.version);
    const known = new Set(stops.map(({ customerId }) => customerId));
    if (stored.totals.some(({ stopped, customerId }) => stopped && !known.has(customerId)))
      throw new Misjudged();
    return { hold, batch, stored };
  }

  /** What was read by other meters than those of the transaction is read again. */
  async #reads(
    tx: TenantTx,
    reports: readonly Judged[],
    version: number,
  ): Promise<readonly Judged['reads'][]> {
    if (reports.every((judged) => judged.version === version)) return reports.map(({ reads }) => reads);
    const { byType } = await this.#parts.cache.loadIn(tx);
    const { subscriptions } = this.#parts;
    return Promise.all(
      reports.map(async ({ report: { scope, events }, who }) => {
        const named = await subscriptions.among(scope, subscriptionsOf(events, byType));
        return readInTurns(events, { ...who, meters: byType, subscriptions: named });
      }),
    );
  }
}

/** Stores a batch whose first events are all taken for new, in the write that is on its way. */
async function storeNew(tx: TenantTx, batch: Batch, meterVersion: number): Promise<Stored> {
  const accepted = batch.firsts.map(candidateOf);
  insertNewEvents(tx, { candidates: accepted, meterVersion }, () => new Misjudged());
  const totals = await lockTotals(tx, spansOf(byCustomer(accepted)));
  await complete(tx, batch, { accepted, others: batch.others });
  return { accepted, totals, known: 0 };
}

/** Stores what is new of a batch; locks the totals that it is counted into. */
async function storeBatch(tx: TenantTx, batch: Batch, version: number): Promise<Stored> {
  const { firsts } = batch;
  const candidates = firsts.map(candidateOf);
  // They travel together.
  const [places, totals] = await Promise.all([
    insertEvents(tx, candidates, version),
    lockTotals(tx, spansOf(byCustomer(candidates))),
  ]);
  const known = new Set(places);
  const accepted = firsts.filter((_, place) => !known.has(place)).map(candidateOf);
  const old = firsts.filter((_, place) => known.has(place));
  const others = [...batch.others, ...old.map((slot) => ({ ...slot, otherwise: null }))];
  await complete(tx, batch, { accepted, others });
  return { accepted, totals, known: old.length };
}
