import { InputReader, type Parsed } from '@tollgate/kernel/input';
import type { Currency } from '@tollgate/kernel/money/currency';
import { fromMajor } from '@tollgate/kernel/money/money';
import type { Note } from '../../invoice/domain/state.js';

/** Parts of lines as they were sent. */
export type ItemDrafts = readonly { readonly lineId: string; readonly amount: string }[];

const ITEMS_MAX = 100;

/** Parts of lines to give back, in minor units; whether they are above zero and there is the invoice's matter. */
export function readItems(drafts: ItemDrafts, currency: Currency): Parsed<Note['items']> {
  const fields = new InputReader();
  if (drafts.length < 1 || drafts.length > ITEMS_MAX)
    fields.reject('input.items', `Give 1 to ${ITEMS_MAX} items.`);
  const items = drafts.slice(0, ITEMS_MAX).map(({ lineId, amount }, index) => {
    const field = `input.items[${index}].amount`;
    const money = fromMajor(fields.signed(field, amount), currency);
    if (money === null) fields.reject(field, `Give an amount with at most the decimals of ${currency}.`);
    return { lineId, amountMinor: money?.minor ?? 0n };
  });
  return fields.result(items);
}
