import { messageOf } from '@tollgate/runtime/base/errors';
import type { Database } from '@tollgate/runtime/database/db';
import type { RawRequest, RawResponse } from '@tollgate/runtime/graphql/endpoint';
import type { Logger } from '@tollgate/runtime/base/log';
import { wakeWebhooks } from '@tollgate/runtime/base/wake';
import type { PaymentProvider, ProviderName, WebhookOutcome } from '../providers/domain/provider.js';
import { keepWebhook, type WebhookContent } from './store.js';

export interface WebhookParts {
  readonly db: Database;
  readonly logger: Logger;
  readonly providers: Readonly<Record<ProviderName, PaymentProvider>>;
}

type Verified = WebhookOutcome & { readonly outcome: 'verified' };

const HOME_SHARD = 'main';

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
  const { provider, eventId, type, kind, reference, tenant, paymentId, dispute } = outcome;
  const content: WebhookContent = {
    type,
    kind,
    reference: reference ?? null,
    tenant: tenant ?? null,
    payment: paymentId ?? null,
    ...(dispute !== undefined && { dispute }),
  };
  const kept = { provider, event_id: eventId, payload: content };
  await keepWebhook(parts.db.single(placement?.shard ?? HOME_SHARD), kept);
  wakeWebhooks();
}

function answer(status: number, body: object): RawResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
