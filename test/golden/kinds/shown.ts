import type { Currency } from '@tollgate/kernel/currency';
import { decimal } from '@tollgate/kernel/decimal';
import { fromMajor, majorText, money, type Money } from '@tollgate/kernel/money';
import { instant, parseDate, type Instant } from '@tollgate/kernel/time';
import type { Span } from '@tollgate/kernel/proration';

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
