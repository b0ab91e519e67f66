import type { Currency } from '@tollgate/kernel/money/currency';
import { majorText, money } from '@tollgate/kernel/money/money';

/** An amount with all decimals of its currency. */
export function moneyView(minor: bigint, currency: Currency) {
  return { amount: majorText(money(minor, currency)), minor: minor.toString(), currency };
}
