import {
  creditNote,
  NOTHING_CREDITED,
  type CreditRejection,
} from '#domain/invoices/invoice/domain/credit-note';
import { invoiceAmounts } from '#domain/invoices/invoice/domain/invoice-amounts';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import { majorText, subMoney, type Money } from '@tollgate/kernel/money/money';
import { termsOf, type TermsInput } from '../invoice-terms.js';
import type { RunKind } from '../kind.js';

interface CreditNoteInput {
  readonly invoice: TermsInput;
  readonly notes: readonly {
    readonly id: string;
    readonly items: readonly { readonly lineId: string; readonly amount: string }[];
  }[];
}

const CODES: Record<CreditRejection['reason'], string> = {
  InvalidAmount: 'INVALID_AMOUNT',
  CreditExceedsRemaining: 'CREDIT_EXCEEDS_REMAINING',
};

export const run: RunKind = (raw, code) => {
  const input = raw as unknown as CreditNoteInput;
  const currency = parseCurrency(code ?? '');
  if (currency === null) return { error: 'UNKNOWN_CURRENCY' };
  const invoice = invoiceAmounts(termsOf(input.invoice, currency));
  if (!invoice.ok) return { error: 'INVALID_INPUT', field: `invoice.${invoice.rejection.field}` };
  let credited = NOTHING_CREDITED;
  let remaining: Money = invoice.value.total;
  const notes = input.notes.map(({ items }) => {
    const parts = items.map(({ lineId, amount }) => ({ lineId, amount: decimal(amount) }));
    const decision = creditNote(invoice.value, credited, parts);
    if (!decision.ok) return { error: CODES[decision.rejection.reason] };
    const { subtotal, taxes, tax, total } = decision.note;
    credited = decision.credited;
    remaining = subMoney<typeof currency>(remaining, total);
    return {
      subtotal: majorText(subtotal),
      taxes: taxes.map(({ id, amount }) => ({ id, amount: majorText(amount) })),
      tax: majorText(tax),
      total: majorText(total),
    };
  });
  const { total, tax } = invoice.value;
  return {
    invoice: { total: majorText(total), tax: majorText(tax) },
    notes,
    remaining: majorText(remaining),
  };
};
