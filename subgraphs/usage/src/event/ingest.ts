import type { Scope, TenantTx } from '@tollgate/runtime/database/db';
import { clientError, isRetryable } from '@tollgate/runtime/base/errors';
import type { AuditLine } from '@tollgate/runtime/command/audit';
import type { Outcome } from './domain/batch.js';
import { customersOf, namesOf, subscriptionsOf, type ReportedEvent } from './domain/report.js';
import { readInTurns } from './read-in-turns.js';
import { Storing, type Judged, type StoringParts } from './storing.js';
import type { KnownCustomers } from '../copies/customer.js';
import type { MetersByType } from '../meter/domain/meter.js';

/** One transaction stores at most this many events. */
const TRANSACTION_EVENTS_MAX = 5_000;
/** Transactions of one tenant at a time. */
const TRANSACTIONS_MAX = 2;
/**
 * A second one begins while the first commits, or when so many events wait for it: fewer are sooner stored together,
 * for a transaction has its price.
 */
const SECOND_TRANSACTION_EVENTS_MIN = 1_000;
/** Events of one tenant that wait; beyond it callers are told to come back. */
const QUEUE_EVENTS_MAX = 50_000;

/** A tenant's report on its way into the store. */
export interface Report {
  readonly scope: Scope;
  readonly events: readonly ReportedEvent[];
  /** Whether events are kept that no meter listens to. */
  readonly keepsUnknown: boolean;
  /** Its line in the audit trail, written in the transaction that stores the events. */
  readonly line: AuditLine;
}

interface Pending extends Judged {
  readonly report: Report;
  settle(outcomes: readonly Outcome[]): void;
  fail(error: unknown): void;
}

/** The reports of one tenant. */
interface Lane {
  readonly queue: Pending[];
  events: number;
  readonly running: Set<Group>;
  /** Its next transaction begins when what has arrived by now is taken in. */
  scheduled: boolean;
}

/** Reports that share a transaction. */
interface Group {
  readonly reports: readonly Pending[];
  /** Nothing is left but to commit. */
  committing: boolean;
}

export interface IngestParts extends StoringParts {
  readonly customers: KnownCustomers;
}

/**
 * Stores reports. Those of one tenant that come at the same time share a transaction, for a commit costs more than
 * a hundred events; every report is answered after its commit.
 */
export class Ingest {
  readonly #parts: IngestParts;
  readonly #storing: Storing;
  readonly #lanes = new Map<string, Lane>();

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.#storing = new Storing(parts);
  }

  /** What became of each event. Throws `UNAVAILABLE` where too much waits already, or the store cannot be reached. */
  async store(report: Report): Promise<readonly Outcome[]> {
    const { scope, events } = report;
    const { version, byType } = await this.#parts.cache.lastMeters(scope);
    const who = await this.#who(report, byType);
    const reads = await readInTurns(events, { meters: byType, ...who });
    return new Promise((settle, fail) => this.#enqueue({ report, who, version, reads, settle, fail }));
  }

  /** The same inside a command's transaction, which leaves the line in the audit trail. May throw `Misjudged`: then once more. */
  async storeWithin(tx: TenantTx, events: readonly ReportedEvent[]): Promise<readonly Outcome[]> {
    const { scope } = tx;
    const { version, byType } = await this.#parts.cache.lastMeters(scope);
    const report = { scope, events, keepsUnknown: false, line: null };
    const who = await this.#who(report, byType);
    const reads = await readInTurns(events, { meters: byType, ...who });
    return this.#storing.storeWithin(tx, { report, who, version, reads });
  }

  async #who(
    { scope, events, keepsUnknown }: Omit<Report, 'line'>,
    byType: MetersByType,
  ): Promise<Judged['who']> {
    const { customers, subscriptions } = this.#parts;
    const names = namesOf(events);
    const named = names.size === 0 ? NOBODY : await customers.named(scope, names);
    return {
      customers: await customers.among(scope, customersOf(events)),
      named,
      subscriptions: await subscriptions.among(scope, subscriptionsOf(events, byType)),
      keepsUnknown,
    };
  }

  #enqueue(pending: Pending): void {
    const { tenantId } = pending.report.scope;
    const lane = this.#lanes.get(tenantId) ?? { queue: [], events: 0, running: new Set(), scheduled: false };
    this.#lanes.set(tenantId, lane);
    if (lane.events + pending.reads.length > QUEUE_EVENTS_MAX) {
      pending.fail(clientError('UNAVAILABLE', 'Too many events are waiting to be stored. Try again.'));
      return;
    }
    lane.queue.push(pending);
    lane.events += pending.reads.length;
    this.#schedule(tenantId, lane);
  }

  /** Requests that have arrived by now are read before the transaction begins, and share it. */
  #schedule(tenantId: string, lane: Lane): void {
    if (lane.scheduled || !mayBegin(lane)) return;
    lane.scheduled = true;
    setImmediate(() => {
      lane.scheduled = false;
      this.#pump(tenantId, lane);
    });
  }

  #pump(tenantId: string, lane: Lane): void {
    while (mayBegin(lane)) {
      const group = { reports: takeReports(lane), committing: false };
      lane.running.add(group);
      const next = () => this.#schedule(tenantId, lane);
      void this.#run(group, next).then(() => {
        lane.running.delete(group);
        if (lane.running.size === 0 && lane.queue.length === 0) this.#lanes.delete(tenantId);
        else next();
      });
    }
  }

  /** Never rejects: every report of the group gets an answer or an error. */
  async #run(group: Group, next: () => void): Promise<void> {
    const { reports } = group;
    try {
      const outcomes = await this.#storing.store(reports, (committing) => {
        group.committing = committing;
        if (committing) next();
      });
      reports.forEach((pending, i) => pending.settle(outcomes[i] ?? []));
    } catch (error) {
      // A report must not fail for its neighbour's sake.
      if (reports.length > 1 && !isRetryable(error))
        for (const pending of reports) await this.#run({ reports: [pending], committing: false }, next);
      else for (const pending of reports) pending.fail(asAnswer(error));
    }
  }
}

function mayBegin({ queue, events, running }: Lane): boolean {
  if (queue.length === 0 || running.size >= TRANSACTIONS_MAX) return false;
  const storing = [...running].some(({ committing }) => !committing);
  return !storing || events >= SECOND_TRANSACTION_EVENTS_MIN;
}

function takeReports(lane: Lane): Pending[] {
  const group: Pending[] = [];
  let events = 0;
  for (let next = lane.queue[0]; next !== undefined; next = lane.queue[0]) {
    if (group.length > 0 && events + next.reads.length > TRANSACTION_EVENTS_MAX) break;
    lane.queue.shift();
    group.push(next);
    events += next.reads.length;
  }
  lane.events -= events;
  return group;
}

const NOBODY: ReadonlyMap<string, string> = new Map();

function asAnswer(error: unknown): unknown {
  return isRetryable(error)
    ? clientError('UNAVAILABLE', 'The events could not be stored now. Send the same report again.')
    : error;
}
