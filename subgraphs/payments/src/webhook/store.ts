import type { Queryable } from '@tollgate/runtime/database/db';
import type { Question } from '@tollgate/runtime/database/lookout';
import type { ProviderName, WebhookKind } from '../providers/domain/provider.js';

/** What is kept of a webhook: where to look, nothing about people. */
export interface WebhookContent {
  readonly type: string;
  readonly kind: WebhookKind;
  readonly reference: string | null;
  readonly tenant: string | null;
  readonly payment: string | null;
  /** A dispute to look at; absent where it is about none. */
  readonly dispute?: string;
}

interface WebhookKey {
  readonly provider: ProviderName;
  readonly event_id: string;
}

export interface StoredWebhook extends WebhookKey {
  readonly payload: WebhookContent;
  readonly attempts: number;
}

/** Keeps a webhook once, however often it is sent. */
export async function keepWebhook(
  raw: Queryable,
  webhook: WebhookKey & { readonly payload: WebhookContent },
): Promise<void> {
  await raw.query(
    `INSERT INTO {s}.webhook (provider, event_id, payload) VALUES ($1, $2, $3)
     ON CONFLICT (provider, event_id) DO NOTHING`,
    [webhook.provider, webhook.event_id, JSON.stringify(webhook.payload)],
  );
}

/** When the next webhook is to be worked off. */
export const WHEN_WEBHOOKS_ARE_DUE: Question = {
  sql: 'SELECT min(due_at) FROM {s}.webhook WHERE processed_at IS NULL',
  params: () => [],
};

/** Takes webhooks that are due; the pause before the next try doubles from 5 s to 2 h, and begins with this one. */
export async function claimWebhooks(raw: Queryable, limit: number): Promise<StoredWebhook[]> {
  return raw.query<StoredWebhook>(
    `UPDATE {s}.webhook w SET attempts = w.attempts + 1,
       due_at = clock_timestamp() + make_interval(secs => least(5 * power(2, least(w.attempts, 20)), 7200))
     FROM (
       SELECT provider, event_id FROM {s}.webhook
       WHERE processed_at IS NULL AND due_at <= clock_timestamp()
       ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
     WHERE w.provider = due.provider AND w.event_id = due.event_id
     RETURNING w.provider, w.event_id, w.payload, w.attempts`,
    [limit],
  );
}

/** Done with, well or with the reason why it means nothing to us. */
export async function closeWebhook(
  raw: Queryable,
  webhook: WebhookKey & { readonly error: string | null },
): Promise<void> {
  await raw.query(
    `UPDATE {s}.webhook SET processed_at = clock_timestamp(), error = $3
     WHERE provider = $1 AND event_id = $2 AND processed_at IS NULL`,
    [webhook.provider, webhook.event_id, webhook.error],
  );
}
