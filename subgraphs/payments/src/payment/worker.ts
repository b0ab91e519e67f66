import { assert } from '@tollgate/kernel/assert';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { lookFor } from '@tollgate/runtime/database/lookout';
import { isRetryable, messageOf } from '@tollgate/runtime/base/errors';
import type { Logger } from '@tollgate/runtime/base/log';
import { Loop, type Sentry } from '@tollgate/runtime/base/loop';
import { whenDue } from '@tollgate/runtime/timers/due';
import { dropTimer, putOffTimer, renewLease } from '@tollgate/runtime/timers/lease';
import { findTokensOfPayment } from '../method/store.js';
import type { PaymentProvider, ProviderName } from '../providers/domain/provider.js';
import { payments, type PaymentChange } from './aggregate.js';
import type { PaymentInput } from './domain/payment.js';
import { stepsOf } from './domain/step.js';
import { advance } from './handlers/advance.js';
import { perform, requestOf, withheld, type PreparedStep } from './perform.js';
import { claimSteps, STEP_OWNER, type ClaimedStep } from './store/step.js';

export interface CollectorParts {
  readonly db: Database;
  readonly logger: Logger;
  readonly providers: Readonly<Record<ProviderName, PaymentProvider>>;
}

/** Requests to providers at the same time, per process. */
const IN_FLIGHT_MAX = 8;
const BACKOFF_MS = 1_000;
/** A worker at work renews its lease; one that died is stood in for this soon. */
const LEASE_S = 12;
const RENEW_MS = 4_000;
const FAULT_PAUSE_S = 30;
const FAULT_PAUSE_MAX_S = 600;
const RECORD_TRIES_MAX = 5;
const REFUND_REJECTED =
  "money was not given back: refund it, unless it is a part, which is the customer's credit now";

/** A step in hand, on its shard. */
export interface StepInHand extends ClaimedStep {
  readonly shard: string;
}

/**
 * Asks the providers, outside of any transaction: a step is claimed with a lease, performed, and its answer recorded.
 * A step that was performed and not recorded is performed again with the same idempotency keys.
 */
export class Collector extends Loop {
  readonly #parts: CollectorParts;
  readonly #inFlight = new Set<Promise<void>>();

  constructor(parts: CollectorParts) {
    super('timers', BACKOFF_MS, [STEP_OWNER]);
    this.#parts = parts;
  }

  override async stop(): Promise<void> {
    await super.stop();
    await Promise.all(this.#inFlight);
  }

  protected override sentry(): Sentry {
    return lookFor(this.#parts.db, whenDue(STEP_OWNER));
  }

  protected override async round(): Promise<void> {
    for (const shard of this.#parts.db.shards) {
      for (const step of await this.claim(shard, IN_FLIGHT_MAX - this.#inFlight.size)) this.#launch(step);
    }
    await this.notifier.rest();
  }

  protected override failed(error: unknown): void {
    this.#parts.logger.warn({ error: messageOf(error) }, 'payment steps could not be read, trying again');
  }

  #launch(step: StepInHand): void {
    const running = this.run(step).finally(() => {
      this.#inFlight.delete(running);
      this.notifier.wake();
    });
    this.#inFlight.add(running);
  }

  /** Takes up to so many due steps of a shard. */
  async claim(shard: string, limit: number): Promise<StepInHand[]> {
    if (limit <= 0) return [];
    const claimed = await claimSteps(this.#parts.db.single(shard), { limit, leaseS: LEASE_S });
    return claimed.map((step) => ({ ...step, shard }));
  }

  /** Performs a step and records its answer; a fault of ours leaves it for later. */
  async run(step: StepInHand): Promise<void> {
    const startedAt = performance.now();
    const { tenant_id: tenant, payload } = step;
    const renewal = setInterval(() => this.#renew(step), RENEW_MS);
    try {
      const answer = await this.perform(step);
      await (answer === null ? this.#drop(step) : this.record(step, answer));
      const ms = Math.round(performance.now() - startedAt);
      this.#parts.logger.info(
        { tenant, payment: payload.paymentId, command: answer?.type ?? 'overtaken', ms },
        'payment step',
      );
    } catch (error) {
      this.#parts.logger.error(
        { tenant, payment: payload.paymentId, attempts: step.attempts, error: messageOf(error) },
        'payment step failed',
      );
      await this.#postpone(step);
    } finally {
      clearInterval(renewal);
    }
  }

  /** A renewal that fails costs the lease at most: another worker then does the step with the same keys. */
  #renew(step: StepInHand): void {
    renewLease(this.#parts.db.single(step.shard), step.id, LEASE_S).catch((error: unknown) => {
      this.#parts.logger.warn({ error: messageOf(error) }, 'lease of a payment step not renewed');
    });
  }

  /** Asks the provider; changes nothing of ours. Null where the payment has gone on without this step. */
  async perform(step: StepInHand): Promise<PaymentInput | null> {
    const prepared = await this.#prepare(step);
    if (prepared === null) return null;
    const provider = this.#parts.providers[prepared.step.attempt.provider];
    return withheld(provider, prepared) ?? perform(provider, prepared);
  }

  /** Records an answer, and that the step is done, in one transaction. */
  async record(step: StepInHand, answer: PaymentInput): Promise<void> {
    const { db, logger } = this.#parts;
    const placement = await db.locate(step.tenant_id);
    assert(placement !== null, 'a tenant with payments has a place');
    const { id, events } = await patiently(() =>
      db.shard(placement.shard, async (raw) => {
        const recorded = await db.asTenant(raw, { placement, scope: scopeOf(step) }, (tx) =>
          advance(tx, step.payload.paymentId, answer),
        );
        await dropTimer(raw, step.id);
        return recorded;
      }),
    );
    const names = { tenant: step.tenant_id, payment: id };
    for (const event of events) {
      if (event.type === 'RefundStarted' && event.refundId === undefined)
        logger.warn({ ...names, why: event.why }, 'money is given back');
      if (event.type === 'RefundRejected')
        logger.error({ ...names, refund: event.refundId, why: event.why }, REFUND_REJECTED);
    }
    if ('outcome' in answer && 'why' in answer.outcome)
      logger.warn({ ...names, command: answer.type, why: answer.outcome.why }, 'provider did not do it');
  }

  async #prepare(inHand: StepInHand): Promise<PreparedStep | null> {
    const { paymentId, version, step: kind } = inHand.payload;
    return this.#parts.db.tenant(scopeOf(inHand), async (tx) => {
      const [{ state, version: current }, tokens] = await Promise.all([
        payments.loadOne(tx, paymentId),
        findTokensOfPayment(tx, paymentId),
      ]);
      if (state === null || current !== version) return null;
      const step = stepsOf(state).find((one) => kind === undefined || one.kind === kind);
      assert(step !== undefined, 'the version says that the step is still to be made');
      const token = tokens.get(step.attempt.methodId);
      assert(token !== undefined, 'payment methods are kept when they are removed');
      const { sandbox: isSandbox } = tx.placement;
      return {
        isSandbox,
        step,
        due: state.money,
        request: requestOf({ tenant: inHand.tenant_id, payment: state }, step, token),
      };
    });
  }

  async #drop(step: StepInHand): Promise<void> {
    await this.#parts.db.shard(step.shard, (raw) => dropTimer(raw, step.id));
  }

  async #postpone(step: StepInHand): Promise<void> {
    const seconds = Math.min(FAULT_PAUSE_S * step.attempts, FAULT_PAUSE_MAX_S);
    try {
      await putOffTimer(this.#parts.db.single(step.shard), step.id, seconds);
    } catch (error) {
      // The lease ends by itself.
      this.#parts.logger.warn({ error: messageOf(error) }, 'payment step could not be postponed');
    }
  }
}

function scopeOf(step: StepInHand): Scope {
  return {
    tenantId: step.tenant_id,
    actor: 'system',
    correlation: step.payload.correlation,
    cause: 'timer:step',
  };
}

/** The answer is in hand: a conflict with another writer must not lose it. */
async function patiently(run: () => Promise<PaymentChange>): Promise<PaymentChange> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries >= RECORD_TRIES_MAX || !isRetryable(error)) throw error;
    }
  }
}
