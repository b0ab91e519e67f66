import { invoiceChannel } from '@tollgate/contracts/live';
import { clientError } from '@tollgate/runtime/base/errors';
import { instantFromMs } from '@tollgate/kernel/time/time';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import { findInvoices, type StoredInvoice } from './store.js';
import { invoicesChangedSince, latestInvoices } from './store/watched.js';

/** Revisions that one watcher remembers having got; forgetting them costs a repeated update. */
const SENT_MAX = 2_000;

export interface InvoiceWatch {
  readonly db: Database;
  readonly live: LiveStore;
  readonly scope: Scope;
  /** Null = all customers of the tenant. */
  readonly customerId: string | null;
  /** Since when a watch that was broken may have missed something; null where it begins. */
  readonly resumesSinceMs: number | null;
}

/** Changed invoices, each read anew when it is told; what a watcher has got already does not come again. */
export function watchInvoices(watch: InvoiceWatch): AsyncIterableIterator<StoredInvoice> {
  const { db, live, scope, customerId, resumesSinceMs } = watch;
  const sent = new Map<string, number>();
  const isNews = ({ id, invoice }: StoredInvoice): boolean => {
    if (invoice.revision <= (sent.get(id) ?? 0)) return false;
    sent.delete(id);
    sent.set(id, invoice.revision);
    for (const oldest of sent.keys()) {
      if (sent.size <= SENT_MAX) break;
      sent.delete(oldest);
    }
    return true;
  };
  return liveIterator<StoredInvoice>({
    live,
    channels: [invoiceChannel(scope.tenantId, customerId ?? undefined)],
    first: async (gapSinceMs) => {
      if (customerId !== null) return latestInvoices(db.reader(scope), customerId);
      const sinceMs = gapSinceMs ?? resumesSinceMs;
      return sinceMs === null ? [] : changedSince(watch, sinceMs);
    },
    next: async (payload) => {
      const { invoiceId, revision } = toldOf(payload);
      if (revision <= (sent.get(invoiceId) ?? 0)) return null;
      const [stored] = await findInvoices(db.reader(scope), [invoiceId]);
      return stored ?? null;
    },
    isNews,
    keyOf: (payload) => toldOf(payload).invoiceId,
  });
}

/** What all customers' watcher missed; where that is too much to catch up with, it is told so. */
async function changedSince({ db, scope }: InvoiceWatch, sinceMs: number): Promise<readonly StoredInvoice[]> {
  const changed = await db.tenant(scope, (tx) => invoicesChangedSince(tx, instantFromMs(sinceMs)));
  if (changed !== null) return changed;
  throw clientError(
    'INTERRUPTED',
    'More has changed than can be told: read what you show again, and subscribe again.',
  );
}

/** What `liveConsumer` wrote. */
function toldOf(payload: string): { readonly invoiceId: string; readonly revision: number } {
  return JSON.parse(payload) as { invoiceId: string; revision: number };
}
