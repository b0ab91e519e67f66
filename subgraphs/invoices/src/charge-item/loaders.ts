import { readScope } from '@tollgate/runtime/command/access';
import type { Caller } from '@tollgate/runtime/command/command';
import type { CatalogueItem } from './domain/charge-item.js';
import { chargeItemsById } from './store.js';

export { CHARGE_ITEM_LIST, chargeItemPage } from './store.js';

/** An item of the catalogue; null where there is none. */
export async function itemById({ db, context }: Caller, id: string): Promise<CatalogueItem | null> {
  return (await chargeItemsById(db.reader(readScope(context)), [id])).get(id) ?? null;
}
