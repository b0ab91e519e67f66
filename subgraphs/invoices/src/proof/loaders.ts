import DataLoader from 'dataloader';
import { readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import { findInvoices, type StoredInvoice } from '../invoice/store.js';

const INVOICES = Symbol('invoices that are explained');

/** An invoice that is shown already, so that the caller may see it; one reading for all of a request. */
export async function shownInvoice(caller: Caller, id: string): Promise<StoredInvoice> {
  const found = await loader(caller).load(id);
  if (found === null) throw new Error(`invoice ${id} cannot be read`);
  return found;
}

function loader({ db, context }: Caller): DataLoader<string, StoredInvoice | null> {
  return context.once(INVOICES, () => {
    const reader = db.reader(readScope(context));
    return new DataLoader(async (ids: readonly string[]) => {
      const found = new Map((await findInvoices(reader, ids)).map((one) => [one.id, one]));
      return ids.map((id) => found.get(id) ?? null);
    });
  });
}
