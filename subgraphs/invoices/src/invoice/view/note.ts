import type { Currency } from '@tollgate/kernel/money/currency';
import { sumOf } from '../../balance/domain/grant.js';
import { moneyView } from '../../rating/view.js';
import type { Note } from '../domain/state.js';

/** A credit note as the schema shows it. */
export function noteView({
  note,
  invoiceId,
  currency,
}: {
  readonly note: Note;
  readonly invoiceId: string;
  readonly currency: Currency;
}) {
  const { id, number = null, reason = null, createdAt } = note;
  return { id, number, reason, createdAt, invoiceId, ...noteAmountsView(note, currency) };
}

/** What a note gives back, made or not. */
export function noteAmountsView(note: Note, currency: Currency) {
  const amount = (minor: bigint) => moneyView(minor, currency);
  return {
    items: note.items.map(({ lineId, amountMinor }) => ({ lineId, amount: amount(amountMinor) })),
    subtotal: amount(note.subtotalMinor),
    taxes: note.taxes.map(({ name, amountMinor }) => ({ name, amount: amount(amountMinor) })),
    tax: amount(note.taxMinor),
    total: amount(note.totalMinor),
    toDue: amount(note.toDueMinor),
    toLoss: amount(note.toLossMinor ?? 0n),
    toWallet: amount(sumOf(note.walletParts ?? [])),
    toBalance: amount(note.toBalanceMinor),
    refunded: amount(note.refundedMinor),
  };
}
