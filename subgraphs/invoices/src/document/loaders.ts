import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import { findParties, type Parties } from '../copies/party.js';
import { findInvoices } from '../invoice/store.js';

const PARTIES = Symbol('parties of invoices');
const NOBODY: Parties = { seller: null, buyer: null };

/** Who sells and who buys on an invoice that is shown already; one reading for all of a request. */
export async function partiesOf(caller: Caller, invoiceId: string): Promise<Parties> {
  return loader(caller).load(invoiceId);
}

function loader({ db, context }: Caller): DataLoader<string, Parties> {
  return context.once(PARTIES, () => {
    const reader = db.reader(readScope(context));
    return new DataLoader(async (ids: readonly string[]) => {
      const invoices = await findInvoices(reader, ids);
      const found = await findParties(
        reader,
        invoices.map(({ invoice: { basis } }) => basis),
      );
      const byId = new Map(invoices.map(({ id }, index) => [id, found[index] ?? NOBODY]));
      return ids.map((id) => byId.get(id) ?? NOBODY);
    });
  });
}
