import { parseCurrency } from '@tollgate/kernel/money/currency';
import { majorText, money, roundToMoney } from '@tollgate/kernel/money/money';
import { fromDecimal } from '@tollgate/kernel/number/rational';

interface RoundInput {
  readonly amount?: string;
  readonly amountMinor?: string;
}

export const run = (input: Record<string, unknown>, currency: string | undefined): unknown => {
  const known = parseCurrency(currency ?? '');
  if (known === null) return { error: 'UNKNOWN_CURRENCY' };
  const { amount, amountMinor } = input as RoundInput;
  const rounded =
    amountMinor === undefined
      ? roundToMoney(fromDecimal(amount ?? ''), known)
      : money(BigInt(amountMinor), known);
  return { amount: majorText(rounded), amountMinor: rounded.minor.toString() };
};
