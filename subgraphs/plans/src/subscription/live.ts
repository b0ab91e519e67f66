import { subscriptionChannel } from '@tollgate/contracts/live';
import { instantFromMs } from '@tollgate/kernel/time/time';
import { clientError } from '@tollgate/runtime/base/errors';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import { subscriptionsById, type SubscriptionRow } from './store.js';
import { latestSubscriptions, subscriptionsChangedSince } from './store/watched.js';

export type { SubscriptionRow } from './store.js';

/** Revisions that one watcher remembers having got; forgetting them costs a repeated update. */
const SENT_MAX = 2_000;

export interface SubscriptionWatch {
  readonly db: Database;
  readonly live: LiveStore;
  readonly scope: Scope;
  /** Null = all customers of the tenant. */
  readonly customerId: string | null;
  /** Since when a watch that was broken may have missed something; null where it begins. */
  readonly resumesSinceMs: number | null;
}

/** Changed subscriptions, each read anew when it is told; what a watcher has got already does not come again. */
export function watchSubscriptions(watch: SubscriptionWatch): AsyncIterableIterator<SubscriptionRow> {
  const { db, live, scope, customerId, resumesSinceMs } = watch;
  const sent = new Map<string, number>();
  const isNews = ({ id, revision }: SubscriptionRow): boolean => {
    if (revision <= (sent.get(id) ?? 0)) return false;
    sent.delete(id);
    sent.set(id, revision);
    for (const oldest of sent.keys()) {
      if (sent.size <= SENT_MAX) break;
      sent.delete(oldest);
    }
    return true;
  };
  return liveIterator<SubscriptionRow>({
    live,
    channels: [subscriptionChannel(scope.tenantId, customerId ?? undefined)],
    first: async (gapSinceMs) => {
      if (customerId !== null) return latestSubscriptions(db.reader(scope), customerId);
      const sinceMs = gapSinceMs ?? resumesSinceMs;
      return sinceMs === null ? [] : changedSince(watch, sinceMs);
    },
    next: async (payload) => {
      const { subscriptionId, revision } = toldOf(payload);
      if (revision <= (sent.get(subscriptionId) ?? 0)) return null;
      const [row] = await subscriptionsById(db.reader(scope), [subscriptionId], customerId);
      return row ?? null;
    },
    isNews,
    keyOf: (payload) => toldOf(payload).subscriptionId,
  });
}

/** What all customers' watcher missed; where that is too much to catch up with, it is told so. */
async function changedSince({ db, scope }: SubscriptionWatch, sinceMs: number): Promise<SubscriptionRow[]> {
  const changed = await db.tenant(scope, (tx) => subscriptionsChangedSince(tx, instantFromMs(sinceMs)));
  if (changed !== null) return changed;
  throw clientError(
    'INTERRUPTED',
    'More has changed than can be told: read what you show again, and subscribe again.',
  );
}

/** What `liveConsumer` wrote. */
function toldOf(payload: string): { readonly subscriptionId: string; readonly revision: number } {
  return JSON.parse(payload) as { subscriptionId: string; revision: number };
}
