import { assert } from '@tollgate/kernel/assert';
import type { Currency } from '@tollgate/kernel/money/currency';
import { majorAmount, money } from '@tollgate/kernel/money/money';
import { decimal, ZERO_DECIMAL } from '@tollgate/kernel/number/decimal';
import { addDaysToDate, dateOf, startOfDate, type Instant, type TimeZone } from '@tollgate/kernel/time/time';
import type { GrantTerms } from '../../balance/domain/grant.js';
import type { NewGrant } from '../../balance/domain/wallet-state.js';
import type { Basis, ChargeOf, TopUpCharge } from './basis.js';
import type { RatedLine } from './line.js';

/** The terms of bought credit; its name is the line's key. */
export interface TopUpTerms {
  readonly priority: number;
  /** When what is left of it is gone; null where that is said in days, or never. */
  readonly expiresAt: Instant | null;
  /** Or: so many days after the date of the payment, at the begin of the day; absent where it is not said so. */
  readonly expiresAfter?: { readonly days: number; readonly timeZone: TimeZone };
}

/** Wallet credit that is to be bought. */
export interface TopUp extends TopUpTerms {
  readonly name: string;
  readonly currency: Currency;
  readonly amountMinor: bigint;
  /** It is made by itself. */
  readonly automatic?: true;
}

/** The charge of wallet credit that is bought now. */
export function topUpCharge(topUp: TopUp, at: Instant): ChargeOf<TopUpCharge> {
  const { name, currency, amountMinor, priority, expiresAt, expiresAfter, automatic } = topUp;
  return {
    ...{ kind: 'top_up', subscriptionId: '', priceId: '', key: name, description: name },
    ...{ meterId: null, meterCode: null, period: { from: at, to: at }, quantity: decimal('1') },
    price: {
      ...({ model: 'per_unit', includedUnits: ZERO_DECIMAL, conversion: null } as const),
      ...{ unitAmount: majorAmount(money(amountMinor, currency)), minimumAmount: null, maximumAmount: null },
    },
    grant: { priority, expiresAt, ...(expiresAfter !== undefined && { expiresAfter }) },
    ...(automatic === true && { automatic }),
  };
}

/** Wallet credit that an invoice has bought when it is paid then, and how much. */
export function boughtBy(
  { charges, timeZone }: Pick<Basis, 'charges' | 'timeZone'>,
  lines: readonly RatedLine[],
  paidAt: Instant,
): readonly (GrantTerms & Pick<NewGrant, 'amountMinor' | 'timeZone'>)[] {
  return charges.flatMap((charge) => {
    if (charge.kind !== 'top_up') return [];
    const line = lines.find(({ id }) => id === charge.lineId);
    assert(line !== undefined, 'a charge of wallet credit has its line');
    const { amountMinor } = line;
    const { priority } = charge.grant;
    const expiresAt = endOf(charge.grant, paidAt);
    const zone = timeZone === undefined ? {} : { timeZone };
    return [{ name: charge.key, priority, expiresAt, amountMinor, ...zone }];
  });
}

function endOf({ expiresAt, expiresAfter }: TopUpTerms, paidAt: Instant): Instant | null {
  if (expiresAfter === undefined) return expiresAt;
  const { days, timeZone } = expiresAfter;
  return startOfDate(addDaysToDate(dateOf(paidAt, timeZone), days), timeZone);
}
