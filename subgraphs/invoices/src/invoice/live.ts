import { invoiceChannel } from '@tollgate/contracts/live';
import type { Database, Scope } from '@tollgate/runtime/database/db';
import type { LiveStore } from '@tollgate/runtime/live/live';
import { liveIterator } from '@tollgate/runtime/live/live-iterator';
import { findInvoices, latestInvoices, type StoredInvoice } from './store.js';

/** Revisions that one watcher remembers having got; forgetting them costs a repeated update. */
const SENT_MAX = 2_000;

export interface InvoiceWatch {
  readonly db: Database;
  readonly live: LiveStore;
  readonly scope: Scope;
  /** Null = all customers of the tenant. */
  readonly customerId: string | null;
}

/** Changed invoices, each read anew when it is told; what a watcher has got already does not come again. */
export function watchInvoices(watch: InvoiceWatch): AsyncIterableIterator<StoredInvoice> {
  const { db, live, scope, customerId } = watch;
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
    channels: [invoiceChannel(scope.tenantId)],
    first: async () => (customerId === null ? [] : db.tenant(scope, (tx) => latestInvoices(tx, customerId))),
    next: async (payload) => {
      const told = toldOf(payload);
      if (customerId !== null && told.customerId !== customerId) return null;
      if (told.revision <= (sent.get(told.invoiceId) ?? 0)) return null;
      const [stored] = await db.tenant(scope, (tx) => findInvoices(tx, [told.invoiceId]));
      return stored ?? null;
    },
    isNews,
  });
}

/** What `liveConsumer` wrote. */
function toldOf(payload: string): { invoiceId: string; customerId: string; revision: number } {
  return JSON.parse(payload) as { invoiceId: string; customerId: string; revision: number };
}
