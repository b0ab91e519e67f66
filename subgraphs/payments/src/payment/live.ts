import { paymentChannel } from '@tollgate/contracts/live';
import { instantFromMs } from '@tollgate/kernel/time/time';
import { clientError } from '@tollgate/runtime/base/errors';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import type { PaymentRow } from './store/row.js';
import { findPayments } from './store/payment.js';
import { latestPayments, paymentsChangedSince } from './store/watched.js';

/** Revisions that one watcher remembers having got; forgetting them costs a repeated update. */
const SENT_MAX = 2_000;

export interface PaymentWatch {
  readonly db: Database;
  readonly live: LiveStore;
  readonly scope: Scope;
  /** Null = all customers of the tenant. */
  readonly customerId: string | null;
  /** Since when a watch that was broken may have missed something; null where it begins. */
  readonly resumesSinceMs: number | null;
}

/** A payment as its watchers get it. */
export type WatchedPayment = PaymentRow;

/** Changed payments, each read anew when it is told; what a watcher has got already does not come again. */
export function watchPayments(watch: PaymentWatch): AsyncIterableIterator<PaymentRow> {
  const { db, live, scope, customerId, resumesSinceMs } = watch;
  const sent = new Map<string, number>();
  return liveIterator<PaymentRow>({
    live,
    channels: [paymentChannel(scope.tenantId, customerId ?? undefined)],
    first: async (gapSinceMs) => {
      if (customerId !== null) return latestPayments(db.reader(scope), customerId);
      const sinceMs = gapSinceMs ?? resumesSinceMs;
      return sinceMs === null ? [] : changedSince(watch, sinceMs);
    },
    next: async (payload) => {
      const { paymentId, revision } = toldOf(payload);
      if (revision <= (sent.get(paymentId) ?? 0)) return null;
      const [row] = await findPayments(db.reader(scope), [paymentId], customerId);
      return row ?? null;
    },
    isNews: ({ id, version }) => {
      if (version <= (sent.get(id) ?? 0)) return false;
      sent.delete(id);
      sent.set(id, version);
      for (const oldest of sent.keys()) {
        if (sent.size <= SENT_MAX) break;
        sent.delete(oldest);
      }
      return true;
    },
    keyOf: (payload) => toldOf(payload).paymentId,
  });
}

/** What the watcher of all customers missed; where that is too much to catch up with, it is told so. */
async function changedSince({ db, scope }: PaymentWatch, sinceMs: number): Promise<readonly PaymentRow[]> {
  const changed = await db.tenant(scope, (tx) => paymentsChangedSince(tx, instantFromMs(sinceMs)));
  if (changed !== null) return changed;
  throw clientError(
    'INTERRUPTED',
    'More has changed than can be told: read what you show again, and subscribe again.',
  );
}

/** What `paymentLive` wrote. */
function toldOf(payload: string): { readonly paymentId: string; readonly revision: number } {
  return JSON.parse(payload) as { paymentId: string; revision: number };
}
