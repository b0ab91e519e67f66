import { assert } from '@tollgate/kernel/assert';
import { addSeconds, instantFromMs } from '@tollgate/kernel/time/time';
import type { Database, Scope, TenantTx } from '@tollgate/runtime/database/db';
import { lookFor } from '@tollgate/runtime/database/lookout';
import { messageOf } from '@tollgate/runtime/base/errors';
import type { Logger } from '@tollgate/runtime/base/log';
import { Loop, type Sentry } from '@tollgate/runtime/base/loop';
import { newId } from '@tollgate/runtime/base/new-id';
import { whenDue } from '@tollgate/runtime/timers/due';
import { dropTimer, putOffTimer } from '@tollgate/runtime/timers/lease';
import { schedule } from '@tollgate/runtime/timers/timers';
import { settingsIn } from '../tenant/store/tenant.js';
import type { RegisterAnswer, VatRegister } from './vat-register.js';
import { customers } from './aggregate.js';
import {
  CHECK_OWNER,
  checkAppointment,
  claimChecks,
  type ClaimedCheck,
  type VatIdStep,
} from './vat-id-step.js';

interface CheckerParts {
  readonly db: Database;
  readonly logger: Logger;
  readonly register: VatRegister;
}

/** A check in hand, on its shard. */
interface CheckInHand extends ClaimedCheck {
  readonly shard: string;
}

/** Questions at the same time, per process: VIES turns away who asks too much. */
const IN_FLIGHT_MAX = 4;
const BACKOFF_MS = 1_000;
/** Longer than a question may take. */
const LEASE_S = 30;
const FAULT_PAUSE_S = 30;
/** A register without an answer is asked again after a minute, then ever later, at last once a day. */
const PAUSE_FIRST_S = 60;
const PAUSE_MAX_S = 86_400;
const DOUBLINGS_MAX = 11;

/**
 * Asks the register about VAT ids, outside of any transaction: a check is claimed with a lease, made, and its answer recorded.
 * One that was made and not recorded is made again.
 */
export class VatIdChecker extends Loop {
  readonly #parts: CheckerParts;

  constructor(parts: CheckerParts) {
    super('timers', BACKOFF_MS, [CHECK_OWNER]);
    this.#parts = parts;
  }

  protected override sentry(): Sentry {
    return lookFor(this.#parts.db, whenDue(CHECK_OWNER));
  }

  protected override async round(): Promise<void> {
    let made = 0;
    for (const shard of this.#parts.db.shards) {
      const raw = this.#parts.db.single(shard);
      const claimed = await claimChecks(raw, { limit: IN_FLIGHT_MAX, leaseS: LEASE_S });
      await Promise.all(claimed.map((check) => this.#run({ ...check, shard })));
      made += claimed.length;
    }
    if (made === 0) await this.notifier.rest();
  }

  protected override failed(error: unknown): void {
    this.#parts.logger.warn({ error: messageOf(error) }, 'checks of VAT ids could not be read, trying again');
  }

  async #run(check: CheckInHand): Promise<void> {
    const { tenant_id: tenant, payload } = check;
    const { db, logger, register } = this.#parts;
    try {
      const question = await db.tenant(scopeOf(tenant), (tx) => questionOf(tx, payload));
      const answer = question === null ? null : await register.ask(question);
      await this.#record(check, question === null ? 'overtaken' : answer);
      const outcome = answer === null ? 'no answer' : answer.isValid ? 'valid' : 'invalid';
      logger.info({ tenant, customer: payload.customerId, tries: payload.tries, outcome }, 'VAT id checked');
    } catch (error) {
      logger.error(
        { tenant, customer: payload.customerId, error: messageOf(error) },
        'check of a VAT id failed',
      );
      await putOffTimer(db.single(check.shard), check.id, FAULT_PAUSE_S);
    }
  }

  /** What the register said, or when it is asked again, and that the check is done, in one transaction. */
  async #record(check: CheckInHand, answer: RegisterAnswer | 'overtaken'): Promise<void> {
    const { db } = this.#parts;
    const placement = await db.locate(check.tenant_id);
    assert(placement !== null, 'a tenant with customers has a place');
    await db.shard(placement.shard, async (raw) => {
      if (answer !== 'overtaken')
        await db.asTenant(raw, { placement, scope: scopeOf(check.tenant_id) }, (tx) =>
          answer === null ? askLater(tx, check.payload) : noteAnswer(tx, check.payload, answer),
        );
      await dropTimer(raw, check.id);
    });
  }
}

/** Null where the customer has another VAT id by now, or the register has answered. */
async function questionOf(tx: TenantTx, { customerId, vatId }: VatIdStep) {
  const [{ state }, settings] = await Promise.all([customers.loadOne(tx, customerId), settingsIn(tx)]);
  if (state?.vatId !== vatId || state.vatIdCheck?.status !== 'PENDING') return null;
  return { vatId, requester: settings.tax?.vatId ?? null };
}

async function noteAnswer(
  tx: TenantTx,
  { customerId, vatId }: VatIdStep,
  { isValid, ...proof }: NonNullable<RegisterAnswer>,
): Promise<void> {
  const [loaded, now] = await Promise.all([customers.loadOne(tx, customerId), tx.now()]);
  const answer = { status: isValid ? 'VALID' : 'INVALID', checkedAt: now, ...proof } as const;
  const decided = customers.decide(loaded, { type: 'NoteVatIdCheck', vatId, answer }, now);
  assert(decided.ok, 'an answer is noted');
  await customers.record(tx, [decided.change]);
}

/** By the system's clock: registers know no other. */
async function askLater(tx: TenantTx, step: VatIdStep): Promise<void> {
  const pauseS = Math.min(PAUSE_FIRST_S * 2 ** Math.min(step.tries, DOUBLINGS_MAX), PAUSE_MAX_S);
  const at = addSeconds(instantFromMs(Date.now()), pauseS);
  await schedule(tx, [checkAppointment({ ...step, tries: step.tries + 1 }, at)]);
}

function scopeOf(tenantId: string): Scope {
  return { tenantId, actor: 'system', correlation: newId('evt'), cause: 'timer:vat_id' };
}
