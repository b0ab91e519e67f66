import type { Currency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import { fromMajor, majorText, money, type Money } from '@tollgate/kernel/money/money';
import { instant, parseDate, type Instant } from '@tollgate/kernel/time/time';
import type { Span } from '@tollgate/kernel/money/proration';

/** How cases write an amount: all decimals of the currency. */
export const shownMinor = (minor: bigint, currency: Currency): string => majorText(money(minor, currency));

/** Instants of cases have whole seconds. */
export const shownInstant = (at: Instant): string => at.replace('.000Z', 'Z');

/** An amount at currency precision; anything finer is a mistake of the case. */
export const moneyOf = (amount: string, currency: Currency): Money => {
  const exact = fromMajor(decimal(amount), currency);
  if (exact === null) throw new Error(`${amount} is finer than ${currency}`);
  return exact;
};

/** A span of local dates or instants. */
export const spanOf = ({ from, to }: { readonly from: string; readonly to: string }): Span => ({
  from: parseDate(from) ?? instant(from),
  to: parseDate(to) ?? instant(to),
});
