import type { Currency } from '@tollgate/kernel/money/currency';
import { majorText, money } from '@tollgate/kernel/money/money';

/** An amount with all decimals of its currency, which are written where they are selected. */
export function moneyView(minor: bigint, currency: Currency) {
  return {
    get amount() {
      return majorText(money(minor, currency));
    },
    minor: minor.toString(),
    currency,
  };
}
