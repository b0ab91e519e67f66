import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import { findParties, type Parties } from '../copies/party.js';
import { findInvoices, type StoredInvoice } from '../invoice/store.js';

/** An invoice, and who sells and buys on it. */
export interface DocumentedInvoice extends StoredInvoice {
  readonly parties: Parties;
}

const DOCUMENTED = Symbol('invoices with their parties');
const NOBODY: Parties = { seller: null, buyer: null };

/** An invoice that is shown already, so that the caller may see it; one reading for all of a request. */
export async function documentedInvoice(caller: Caller, invoiceId: string): Promise<DocumentedInvoice> {
  const found = await loader(caller).load(invoiceId);
  if (found === null) throw new Error(`invoice ${invoiceId} cannot be read`);
  return found;
}

function loader({ db, context }: Caller): DataLoader<string, DocumentedInvoice | null> {
  return context.once(DOCUMENTED, () => {
    const reader = db.reader(readScope(context));
    return new DataLoader(async (ids: readonly string[]) => {
      const invoices = await findInvoices(reader, ids);
      const found = await findParties(
        reader,
        invoices.map(({ invoice: { basis } }) => basis),
      );
      const byId = new Map(
        invoices.map((one, index) => [one.id, { ...one, parties: found[index] ?? NOBODY }]),
      );
      return ids.map((id) => byId.get(id) ?? null);
    });
  });
}
