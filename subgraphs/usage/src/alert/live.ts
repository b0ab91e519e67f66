import { alertChannel } from '@tollgate/contracts/live';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import { readReached, reachedSince, type Reached } from './store.js';

/** What was told in a gap and is told again; more than that is in the list. */
const GAP_MAX = 1_000;
/** Ids that a watcher has heard of. */
const HEARD_MAX = 10_000;

export interface WatchedAlerts {
  readonly db: Database;
  readonly live: LiveStore;
  readonly scope: Scope;
  readonly customerId: string | null;
  /** Since when a watcher that comes again may have missed something. */
  readonly resumesSinceMs: number | null;
}

/** What is told of alerts from now on, each once; after a gap what was missed comes first. */
export function watchAlerts(asked: WatchedAlerts): AsyncIterableIterator<Reached> {
  const { db, live, scope, customerId, resumesSinceMs } = asked;
  const heard = new Set<string>();
  return liveIterator<Reached>({
    live,
    channels: [alertChannel(scope.tenantId, customerId ?? undefined)],
    first: async (gapSinceMs) => {
      const sinceMs = gapSinceMs ?? resumesSinceMs;
      if (sinceMs === null) return [];
      return reachedSince(db.reader(scope), { customerId, sinceMs, most: GAP_MAX });
    },
    next: (id) => readReached(db.reader(scope), id),
    isNews: ({ id }) => {
      // A message may come again.
      if (heard.has(id)) return false;
      if (heard.size >= HEARD_MAX) heard.clear();
      heard.add(id);
      return true;
    },
  });
}
