import { setTimeout as delay } from 'node:timers/promises';
import { migrateTenant, type InTransaction } from '@tollgate/prisma/migrate';
import { assert } from '@tollgate/kernel/assert';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { lock } from '@tollgate/runtime/database/lock';
import { clientError, messageOf } from '@tollgate/runtime/base/errors';
import { append, readStream } from '@tollgate/runtime/journal/journal';
import type { Logger } from '@tollgate/runtime/base/log';
import { newId } from '@tollgate/runtime/base/new-id';
import { publish } from '@tollgate/runtime/messaging/outbox';
import type { Job } from '@tollgate/runtime/base/loop';
import { tenantMessage, type TenantFact } from '../events.js';
import {
  activateTenant,
  notePublished,
  startTestClock,
  tenantById,
  unfinishedTenants,
  type TenantRecord,
} from '../store/tenant.js';

// A tenant is made in steps that commit one by one: known, schema, clock, open, published. Each can be done again, so
// whoever comes next (the caller's repeat or the worker) carries on where a crash stopped it.

/** How long the caller who creates a tenant has it to itself before the worker carries on. */
const PATIENCE_S = 15;
const RESUME_POLL_MS = 5_000;
const RESUME_BATCH = 20;

export interface ProvisionParts {
  readonly db: Database;
  readonly logger: Logger;
  /** Whether this process may make schemas and roles. */
  readonly canProvision: boolean;
}

/** More work for the transaction that publishes a tenant's settings. */
export type AlsoInTenant = (tx: TenantTx) => Promise<void>;

/**
 * Carries a tenant from wherever it stands to open and published; doing it again changes nothing. Throws
 * `UNAVAILABLE` where this process may not make schemas.
 */
export async function provisionTenant(
  parts: ProvisionParts,
  scope: Scope,
  also?: AlsoInTenant,
): Promise<TenantRecord> {
  const { db } = parts;
  const record = await recordOf(db, scope.tenantId);
  if (record.state === 'provisioning') {
    if (!parts.canProvision)
      throw clientError('UNAVAILABLE', 'Tenants cannot be created here now; try again later.');
    await migrateTenant(oneAtATime(db, record.schema), record.schema);
    await startTestClock(db, record);
    await db.control((tx) => activateTenant(tx, record.id));
    db.forget(record.id);
  }
  return publishTenant(db, scope, also);
}

/** Each step of a tenant's migration waits for the same tenant's others: Postgres refuses grants that overlap. */
function oneAtATime(db: Database, schema: string): InTransaction {
  return (work) =>
    db.admin(async (tx) => {
      lock(tx, 'provision', schema);
      return work(tx);
    });
}

/** Publishes a tenant's settings where that was not done for their revision yet. Answers with what is now. */
export async function publishTenant(db: Database, scope: Scope, also?: AlsoInTenant): Promise<TenantRecord> {
  const record = await recordOf(db, scope.tenantId);
  await db.tenant(scope, async (tx) => {
    const { version, events } = await readStream<TenantFact>(tx, record.id);
    if ((events.at(-1)?.revision ?? 0) < record.revision) await tell(tx, record, version);
    await also?.(tx);
  });
  await db.control((tx) => notePublished(tx, record.id, record.revision));
  return record;
}

async function tell(tx: TenantTx, { id, revision, settings }: TenantRecord, version: number): Promise<void> {
  const occurredAt = await tx.now();
  const fact: TenantFact = {
    type: version === 0 ? 'TenantCreated' : 'TenantSettingsChanged',
    revision,
    settings,
  };
  await append(tx, [{ stream: id, expectedVersion: version, events: [fact], occurredAt }]);
  await publish(tx, [tenantMessage(id, fact, occurredAt)]);
}

/** Finishes tenants that were begun at least `patienceSeconds` ago and settings that were not published. */
export async function resumeUnfinished(
  parts: ProvisionParts,
  patienceSeconds: number = PATIENCE_S,
): Promise<number> {
  const asked = { patienceSeconds, limit: RESUME_BATCH };
  const found = await unfinishedTenants(parts.db.controlReader, asked);
  const possible = found.filter(({ state }) => parts.canProvision || state !== 'provisioning');
  for (const { id } of possible) await provisionTenant(parts, jobScope(id));
  return possible.length;
}

/** The worker's watch over what a crash left unfinished. Any number may run. */
export class ResumeJob implements Job {
  readonly #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ProvisionParts) {}

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const finished = await resumeUnfinished(this.parts);
        if (finished > 0) this.parts.logger.info({ tenants: finished }, 'unfinished tenants finished');
      } catch (error) {
        this.parts.logger.warn({ error: messageOf(error) }, 'tenants stay unfinished, trying again');
      }
      await delay(RESUME_POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function recordOf(db: Database, id: string): Promise<TenantRecord> {
  const record = await tenantById(db.controlReader, id);
  assert(record !== null, 'tenants are never removed');
  return record;
}

function jobScope(tenantId: string): Scope {
  return { tenantId, actor: 'system:tenancy', correlation: newId('evt'), cause: 'job:resume' };
}
