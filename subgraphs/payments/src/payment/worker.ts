import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import { isRetryable, messageOf } from '@tollgate/runtime/base/errors';
import type { Logger } from '@tollgate/runtime/base/log';
import { Loop } from '@tollgate/runtime/base/loop';
import type { Payment } from './domain/state.js';
import { nextStep, type Step } from './domain/step.js';
import type { PaymentInput } from './domain/payment.js';
import type {
  AuthoriseRequest,
  CaptureOutcome,
  CaptureRequest,
  MethodToken,
  PaymentProvider,
  ProviderName,
} from '../providers/domain/provider.js';
import { advance } from './handlers.js';
import { claimSteps, dropStep, postponeStep, renewStep, type ClaimedStep } from './store/step.js';
import { loadPayment } from './store/payment.js';

export interface CollectorParts {
  readonly db: Database;
  readonly logger: Logger;
  readonly providers: Readonly<Record<ProviderName, PaymentProvider>>;
}

/** Requests to providers at the same time, per process. */
const IN_FLIGHT_MAX = 8;
const POLL_MS = 200;
const BACKOFF_MS = 1_000;
/** A worker at work renews its lease; one that died is stood in for this soon. */
const LEASE_S = 12;
const RENEW_MS = 4_000;
const FAULT_PAUSE_S = 30;
const FAULT_PAUSE_MAX_S = 600;
const RECORD_TRIES_MAX = 5;

/** A step in hand, on its shard. */
export interface StepInHand extends ClaimedStep {
  readonly shard: string;
}

/**
 * Asks the providers, outside of any transaction: a step is claimed with a lease, performed, and its answer recorded.
 * A step that was performed and not recorded is performed again with the same idempotency keys.
 */
export class Collector extends Loop {
  readonly #inFlight = new Set<Promise<void>>();

  constructor(private readonly parts: CollectorParts) {
    super('timers', BACKOFF_MS);
  }

  override async stop(): Promise<void> {
    await super.stop();
    await Promise.all(this.#inFlight);
  }

  protected override async round(): Promise<void> {
    for (const shard of this.parts.db.shards) {
      for (const step of await this.claim(shard, IN_FLIGHT_MAX - this.#inFlight.size)) this.#launch(step);
    }
    await this.snooze.sleep(POLL_MS);
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ error: messageOf(error) }, 'payment steps could not be read, trying again');
  }

  #launch(step: StepInHand): void {
    const running = this.run(step).finally(() => {
      this.#inFlight.delete(running);
      this.snooze.wake();
    });
    this.#inFlight.add(running);
  }

  /** Takes up to so many due steps of a shard. */
  async claim(shard: string, limit: number): Promise<StepInHand[]> {
    if (limit <= 0) return [];
    const claimed = await this.parts.db.shard(shard, (raw) => claimSteps(raw, limit, LEASE_S));
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
      this.parts.logger.info(
        { tenant, payment: payload.paymentId, command: answer?.type ?? 'overtaken', ms },
        'payment step',
      );
    } catch (error) {
      this.parts.logger.error(
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
    this.parts.db
      .shard(step.shard, (raw) => renewStep(raw, step.id, LEASE_S))
      .catch((error: unknown) => {
        this.parts.logger.warn({ error: messageOf(error) }, 'lease of a payment step not renewed');
      });
  }

  /** Asks the provider; changes nothing of ours. Null where the payment has gone on without this step. */
  async perform(step: StepInHand): Promise<PaymentInput | null> {
    const prepared = await this.#prepare(step);
    if (prepared === null) return null;
    const { next, request } = prepared;
    const { attempt } = next;
    const provider = this.parts.providers[attempt.provider];
    const { number, reference, authorisation } = attempt;
    switch (next.kind) {
      case 'authorise':
        return { type: 'AuthoriseAnswered', attempt: number, outcome: await provider.authorise(request) };
      case 'capture': {
        assert(authorisation !== null, 'only an authorised attempt is captured');
        const { paymentId, money } = request;
        const outcome = await captureOrFind(provider, { paymentId, authorisation, money }, reference);
        return { type: 'CaptureAnswered', attempt: number, outcome };
      }
      case 'look':
        assert(reference !== null, 'only what the provider named is looked up');
        return { type: 'LookedUp', attempt: number, found: await provider.lookup(reference) };
      case 'void': {
        const known = {
          ...(authorisation === null ? {} : { authorisation }),
          ...(reference === null ? {} : { reference }),
        };
        const outcome = await provider.void({ request, ...known });
        return { type: 'VoidAnswered', attempt: number, outcome };
      }
      default:
        return unreachable(next.kind);
    }
  }

  /** Records an answer, and that the step is done, in one transaction. */
  async record(step: StepInHand, answer: PaymentInput): Promise<void> {
    const placement = await this.parts.db.locate(step.tenant_id);
    assert(placement !== null, 'a tenant with payments has a place');
    const { payment, events } = await patiently(() =>
      this.parts.db.shard(placement.shard, async (raw) => {
        const advanced = await this.parts.db.asTenant(raw, placement, scopeOf(step), (tx) =>
          advance(tx, step.payload.paymentId, answer),
        );
        await dropStep(raw, step.id);
        return advanced;
      }),
    );
    if (events.some((event) => event.type === 'OrphanTaken')) {
      this.parts.logger.error(
        { tenant: step.tenant_id, payment: payment?.id },
        'money was taken outside of the payment: refund it',
      );
    }
  }

  async #prepare(step: StepInHand): Promise<{ next: Step; request: AuthoriseRequest } | null> {
    const { paymentId, version } = step.payload;
    return this.parts.db.tenant(scopeOf(step), async (tx) => {
      const loaded = await loadPayment(tx, paymentId);
      const next = loaded.state === null || loaded.version !== version ? null : nextStep(loaded.state);
      if (loaded.state === null || next === null) return null;
      const method = await tx.prisma.paymentMethod.findUnique({ where: { id: next.attempt.methodId } });
      assert(method !== null, 'payment methods are kept when they are removed');
      return { next, request: requestOf(step.tenant_id, loaded.state, next, tokenOf(method)) };
    });
  }

  async #drop(step: StepInHand): Promise<void> {
    await this.parts.db.shard(step.shard, (raw) => dropStep(raw, step.id));
  }

  async #postpone(step: StepInHand): Promise<void> {
    const seconds = Math.min(FAULT_PAUSE_S * step.attempts, FAULT_PAUSE_MAX_S);
    try {
      await this.parts.db.shard(step.shard, (raw) => postponeStep(raw, step.id, seconds));
    } catch (error) {
      // The lease ends by itself.
      this.parts.logger.warn({ error: messageOf(error) }, 'payment step could not be postponed');
    }
  }
}

/** A capture whose answer is lost may still be found by its reference, without waiting for the next try. */
async function captureOrFind(
  provider: PaymentProvider,
  request: CaptureRequest,
  reference: string | null,
): Promise<CaptureOutcome> {
  const outcome = await provider.capture(request);
  if (outcome.outcome !== 'unavailable' || reference === null) return outcome;
  const found = await provider.lookup(reference);
  return found.outcome === 'found' && found.status === 'captured' && found.capture !== undefined
    ? { outcome: 'captured', capture: found.capture, money: found.money }
    : outcome;
}

/** The same payment and attempt make the same request, whenever and by whomever it is made. */
function requestOf(tenant: string, payment: Payment, next: Step, method: MethodToken): AuthoriseRequest {
  return {
    paymentId: payment.id,
    attempt: next.attempt.number,
    tenant,
    invoiceId: payment.invoiceId,
    money: payment.money,
    method,
    description: payment.description,
  };
}

function tokenOf(method: { readonly token: string; readonly providerCustomer: string | null }): MethodToken {
  const { token, providerCustomer } = method;
  return providerCustomer === null ? { token } : { token, providerCustomer };
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
async function patiently<T>(run: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run();
    } catch (error) {
      if (tries >= RECORD_TRIES_MAX || !isRetryable(error)) throw error;
    }
  }
}
