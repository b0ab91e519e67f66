import { invoiceAmounts } from '#domain/invoices/invoice/domain/invoice-amounts';
import { settle } from '#domain/invoices/balance/domain/settlement';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { fromRational } from '@tollgate/kernel/number/decimal';
import { majorText, money, type Money } from '@tollgate/kernel/money/money';
import { moneyOf } from './shown.js';
import { termsOf, type TermsInput } from '../invoice-terms.js';
import type { RunKind } from '../kind.js';

interface InvoiceInput extends TermsInput {
  readonly creditNotes?: readonly { readonly id: string; readonly amount: string }[];
  readonly wallets?: readonly { readonly id: string; readonly balance: string }[];
}

export const run: RunKind = (raw, code) => {
  const input = raw as unknown as InvoiceInput;
  const currency = parseCurrency(code ?? '');
  if (currency === null) return { error: 'UNKNOWN_CURRENCY' };
  const invoice = invoiceAmounts(termsOf(input, currency));
  if (!invoice.ok) return { error: 'INVALID_INPUT', field: invoice.rejection.field };
  const { subtotal, discount, taxes, tax, total, lines } = invoice.value;
  const settlement = settle(total, {
    creditNotes: (input.creditNotes ?? []).map(({ id, amount }) => ({
      id,
      amount: moneyOf(amount, currency),
    })),
    wallets: (input.wallets ?? []).map(({ id, balance }) => ({ id, balance: moneyOf(balance, currency) })),
  });
  if (!settlement.ok) return { error: 'INVALID_INPUT', field: settlement.rejection.field };
  const { creditNotesApplied, walletApplied, amountDue, creditGenerated } = settlement.value;
  return {
    ...shownAll({ subtotal, discount, tax, total }),
    ...shownAll({ creditNotesApplied, walletApplied, amountDue, creditGenerated }),
    taxes: taxes.map(({ rate, amountMinor }) => ({
      id: rate.id,
      amount: majorText(money(amountMinor, currency)),
    })),
    lines: lines.map((line) => ({
      id: line.line.id,
      tax: majorText(line.tax),
      discounted: fromRational(line.discounted),
    })),
  };
};

function shownAll<K extends string>(amounts: Record<K, Money>): Record<K, string> {
  return Object.fromEntries(
    Object.entries<Money>(amounts).map(([key, amount]) => [key, majorText(amount)]),
  ) as Record<K, string>;
}
