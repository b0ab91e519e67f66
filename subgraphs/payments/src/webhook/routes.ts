import { messageOf } from '@tollgate/runtime/base/errors';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { RawRequest, RawResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import { Loop } from '@tollgate/runtime/base/loop';
import { wakeTimers } from '@tollgate/runtime/base/wake';
import type { PaymentProvider, ProviderName, WebhookOutcome } from '../providers/domain/provider.js';
import { advance } from '../payment/handlers.js';
import { loadPayment } from '../payment/store/payment.js';
import {
  claimWebhooks,
  closeWebhook,
  keepWebhook,
  type StoredWebhook,
  type WebhookContent,
} from './store.js';

export interface WebhookParts {
  readonly db: Database;
  readonly logger: Logger;
  readonly providers: Readonly<Record<ProviderName, PaymentProvider>>;
}

type Verified = WebhookOutcome & { readonly outcome: 'verified' };

const HOME_SHARD = 'main';
const POLL_MS = 1_000;
const BACKOFF_MS = 1_000;
const BATCH_MAX = 20;
/** A webhook whose payment or provider cannot be reached is tried again for about a day. */
const TRIES_MAX = 16;

/** The address that a provider calls: what it signed is stored once and answered at once, everything else refused. */
export function webhookRoute(parts: WebhookParts, name: ProviderName) {
  return async (request: RawRequest): Promise<RawResponse> => {
    if (request.method !== 'POST') return answer(405, { error: 'Webhooks are posted.' });
    try {
      const outcome = await parts.providers[name].verifyWebhook(request);
      if (outcome.outcome === 'forged') {
        parts.logger.warn({ provider: name, why: outcome.why }, 'forged webhook refused');
        return answer(400, { error: 'The signature does not match.' });
      }
      if (outcome.outcome === 'unavailable') return answer(503, { error: 'Send it again later.' });
      await keep(parts, outcome);
      return answer(200, { received: true });
    } catch (error) {
      parts.logger.error({ provider: name, error: messageOf(error) }, 'webhook could not be taken');
      return answer(503, { error: 'Send it again later.' });
    }
  };
}

async function keep(parts: WebhookParts, outcome: Verified): Promise<void> {
  const placement = outcome.tenant === undefined ? null : await parts.db.locate(outcome.tenant);
  const { provider, eventId, type, kind, reference, tenant, paymentId } = outcome;
  const content: WebhookContent = {
    type,
    kind,
    reference: reference ?? null,
    tenant: tenant ?? null,
    payment: paymentId ?? null,
  };
  await parts.db.shard(placement?.shard ?? HOME_SHARD, (raw) =>
    keepWebhook(raw, { provider, event_id: eventId, payload: content }),
  );
  wakeTimers();
}

function answer(status: number, body: object): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/**
 * Works off stored webhooks, in any order and any number of times: each only makes us ask the provider how the payment
 * stands, and that decides.
 */
export class WebhookReader extends Loop {
  constructor(private readonly parts: WebhookParts) {
    super('timers', BACKOFF_MS);
  }

  protected override async round(): Promise<void> {
    let read = 0;
    for (const shard of this.parts.db.shards) read += await this.readDue(shard);
    if (read === 0) await this.snooze.sleep(POLL_MS);
  }

  protected override failed(error: unknown): void {
    this.parts.logger.warn({ error: messageOf(error) }, 'webhooks could not be read, trying again');
  }

  /** Works off what is due on a shard; returns how many webhooks. */
  async readDue(shard: string): Promise<number> {
    const claimed = await this.parts.db.shard(shard, (raw) => claimWebhooks(raw, BATCH_MAX));
    for (const webhook of claimed) await this.#read(shard, webhook);
    return claimed.length;
  }

  async #read(shard: string, webhook: StoredWebhook): Promise<void> {
    try {
      const fault = await this.#reconcile(shard, webhook);
      if (fault !== null) await this.#close(shard, webhook, fault);
    } catch (error) {
      this.parts.logger.warn(
        { provider: webhook.provider, event: webhook.event_id, error: messageOf(error) },
        'webhook not read yet',
      );
      if (webhook.attempts >= TRIES_MAX) await this.#close(shard, webhook, messageOf(error));
    }
  }

  /** Null when it was worked off; else why it means nothing to us. Throws what is worth trying again. */
  async #reconcile(shard: string, { provider, event_id, payload }: StoredWebhook): Promise<string | null> {
    const { tenant, payment, reference } = payload;
    if (tenant === null || payment === null || reference === null) return 'names no payment of ours';
    const placement = await this.parts.db.locate(tenant);
    if (placement === null) return 'names an unknown tenant';
    const scope = scopeOf(tenant, `webhook:${event_id}`);
    const known = await this.parts.db.tenant(scope, (tx) => loadPayment(tx, payment));
    if (known.state === null) return 'names an unknown payment';
    const found = await this.parts.providers[provider].lookup(reference);
    if (found.outcome === 'unavailable') throw new Error(found.why);
    await this.parts.db.shard(shard, async (raw) => {
      await this.parts.db.asTenant(raw, placement, scope, (tx) =>
        advance(tx, payment, { type: 'WebhookSaid', reference, found }),
      );
      await closeWebhook(raw, { provider, event_id, error: null });
    });
    return null;
  }

  async #close(shard: string, { provider, event_id }: StoredWebhook, error: string): Promise<void> {
    await this.parts.db.shard(shard, (raw) => closeWebhook(raw, { provider, event_id, error }));
  }
}

function scopeOf(tenantId: string, cause: string): Scope {
  return { tenantId, actor: 'system', correlation: cause, cause };
}
