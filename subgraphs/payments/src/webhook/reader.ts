import { messageOf } from '@tollgate/runtime/base/errors';
import { Loop, type Sentry } from '@tollgate/runtime/base/loop';
import type { Scope } from '@tollgate/runtime/database/db';
import { lookFor } from '@tollgate/runtime/database/lookout';
import { tellDispute } from '../dispute/handlers/tell.js';
import { payments } from '../payment/aggregate.js';
import { isInformative } from '../payment/domain/reconcile.js';
import { advance } from '../payment/handlers/advance.js';
import type { WebhookParts } from './routes.js';
import { claimWebhooks, closeWebhook, WHEN_WEBHOOKS_ARE_DUE, type StoredWebhook } from './store.js';

const BACKOFF_MS = 1_000;
const BATCH_MAX = 20;
/** A webhook whose payment or provider cannot be reached is tried again for about a day. */
const TRIES_MAX = 20;

/**
 * Works off stored webhooks, in any order and any number of times: each only makes us ask the provider how the payment
 * stands, and that decides.
 */
export class WebhookReader extends Loop {
  readonly #parts: WebhookParts;

  constructor(parts: WebhookParts) {
    super('webhooks', BACKOFF_MS);
    this.#parts = parts;
  }

  protected override sentry(): Sentry {
    return lookFor(this.#parts.db, WHEN_WEBHOOKS_ARE_DUE);
  }

  protected override async round(): Promise<void> {
    let read = 0;
    for (const shard of this.#parts.db.shards) read += await this.readDue(shard);
    if (read === 0) await this.notifier.rest();
  }

  protected override failed(error: unknown): void {
    this.#parts.logger.warn({ error: messageOf(error) }, 'webhooks could not be read, trying again');
  }

  /** Works off what is due on a shard; returns how many webhooks. */
  async readDue(shard: string): Promise<number> {
    const claimed = await claimWebhooks(this.#parts.db.single(shard), BATCH_MAX);
    for (const webhook of claimed) await this.#read(shard, webhook);
    return claimed.length;
  }

  async #read(shard: string, webhook: StoredWebhook): Promise<void> {
    try {
      const fault = await this.#reconcile(shard, webhook);
      if (fault !== null) await this.#close(shard, webhook, fault);
    } catch (error) {
      this.#parts.logger.warn(
        { provider: webhook.provider, event: webhook.event_id, error: messageOf(error) },
        'webhook not read yet',
      );
      if (webhook.attempts >= TRIES_MAX) await this.#close(shard, webhook, messageOf(error));
    }
  }

  /** Null when it was worked off; else why it means nothing to us. Throws what is worth trying again. */
  async #reconcile(shard: string, webhook: StoredWebhook): Promise<string | null> {
    const { provider, event_id, payload } = webhook;
    if (payload.dispute !== undefined) return this.#hearDispute(shard, webhook, payload.dispute);
    const { tenant, payment, reference } = payload;
    if (tenant === null || payment === null || reference === null) return 'names no payment of ours';
    const placement = await this.#parts.db.locate(tenant);
    if (placement === null) return 'names an unknown tenant';
    const scope = scopeOf(tenant, `webhook:${event_id}`);
    const { state } = await this.#parts.db.tenant(scope, (tx) => payments.loadOne(tx, payment));
    if (state === null) return 'names an unknown payment';
    if (!isInformative(state, reference)) {
      await this.#close(shard, { provider, event_id }, null);
      return null;
    }
    const found = await this.#parts.providers[provider].lookup(reference);
    if (found.outcome === 'unavailable') throw new Error(found.why);
    await this.#parts.db.shard(shard, async (raw) => {
      await this.#parts.db.asTenant(raw, { placement, scope }, (tx) =>
        advance(tx, payment, { type: 'WebhookSaid', reference, found }),
      );
      await closeWebhook(raw, { provider, event_id, error: null });
    });
    return null;
  }

  /** The webhook does not name the payment, so that it may lie on another shard than the tenant. */
  async #hearDispute(
    shard: string,
    { provider, event_id }: StoredWebhook,
    reference: string,
  ): Promise<string | null> {
    const found = await this.#parts.providers[provider].lookupDispute(reference);
    if (found.outcome === 'unavailable') throw new Error(found.why);
    if (found.outcome === 'not_found') return 'names no dispute that moved money';
    const { tenant, paymentId } = found;
    if (tenant === undefined || paymentId === undefined) return 'is of no payment of ours';
    if ((await this.#parts.db.locate(tenant)) === null) return 'is of an unknown tenant';
    const told = await this.#parts.db.tenant(scopeOf(tenant, `webhook:${event_id}`), (tx) =>
      tellDispute(tx, { provider, paymentId, found }),
    );
    if (!told) return 'is of an unknown payment';
    await this.#close(shard, { provider, event_id }, null);
    return null;
  }

  async #close(
    shard: string,
    { provider, event_id }: Pick<StoredWebhook, 'provider' | 'event_id'>,
    error: string | null,
  ): Promise<void> {
    await closeWebhook(this.#parts.db.single(shard), { provider, event_id, error });
  }
}

function scopeOf(tenantId: string, cause: string): Scope {
  return { tenantId, actor: 'system', correlation: cause, cause };
}
