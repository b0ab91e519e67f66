import type { Currency } from '@tollgate/kernel/money/currency';
import { majorText, money } from '@tollgate/kernel/money/money';

/** An amount with all decimals of its currency. */
export function moneyView(minor: bigint, currency: Currency) {
  return new MoneyView(minor, currency);
}

/** Its texts are written where they are selected. */
class MoneyView {
  readonly #minor: bigint;
  readonly currency: Currency;

  constructor(minor: bigint, currency: Currency) {
    this.#minor = minor;
    this.currency = currency;
  }

  get amount() {
    return majorText(money(this.#minor, this.currency));
  }

  get minor() {
    return this.#minor.toString();
  }
}
