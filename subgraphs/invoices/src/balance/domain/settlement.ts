import { minMoney, money, subMoney, zero, type Money } from '@tollgate/kernel/money/money';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { GrantKind } from './grant.js';
import {
  computed,
  firstOf,
  invalidInput,
  refused,
  type Computed,
  type InvalidInput,
} from '../../rating/domain/checks.js';

/** What pays an invoice before the customer does. */
export interface Funds {
  readonly creditNotes: readonly { readonly id: string; readonly amount: Money }[];
  /** Grants, in the order in which they are used; whether one was bought matters only to what is given back later. */
  readonly wallets: readonly {
    readonly id: string;
    readonly balance: Money;
    readonly kind?: GrantKind;
  }[];
}

export interface Applied {
  readonly id: string;
  readonly amount: Money;
}

/** How a total is settled; either something is due or credit is generated. */
export interface Settlement {
  /** What each gives, in order; 0 for those that are not needed. */
  readonly creditNotes: readonly Applied[];
  readonly wallets: readonly Applied[];
  readonly creditNotesApplied: Money;
  readonly walletApplied: Money;
  readonly amountDue: Money;
  /** What a total below zero gives the customer. */
  readonly creditGenerated: Money;
}

/** Credit notes in order, then wallets in order, each up to what remains of the total. */
export function settle(total: Money, funds: Funds): Computed<Settlement> {
  const { currency } = total;
  const creditNotes = funds.creditNotes.map(({ id, amount }) => ({ id, amount }));
  const wallets = funds.wallets.map(({ id, balance }) => ({ id, amount: balance }));
  const rejection = firstOf([
    ...creditNotes.map(({ amount }, index) => refuseFund(`creditNotes[${index}].amount`, amount, currency)),
    ...wallets.map(({ amount }, index) => refuseFund(`wallets[${index}].balance`, amount, currency)),
  ]);
  if (rejection !== null) return refused(rejection);
  const due = total.minor < 0n ? zero<Currency>(currency) : total;
  const byNotes = apply(due, creditNotes);
  const byWallets = apply(byNotes.rest, wallets);
  return computed({
    creditNotes: byNotes.applied,
    wallets: byWallets.applied,
    creditNotesApplied: subMoney<Currency>(due, byNotes.rest),
    walletApplied: subMoney<Currency>(byNotes.rest, byWallets.rest),
    amountDue: byWallets.rest,
    creditGenerated: money<Currency>(due.minor - total.minor, currency),
  });
}

function apply(total: Money, funds: readonly Applied[]): { applied: Applied[]; rest: Money } {
  let rest = total;
  const applied = funds.map(({ id, amount }) => {
    const used = minMoney<Currency>(rest, amount);
    rest = subMoney<Currency>(rest, used);
    return { id, amount: used };
  });
  return { applied, rest };
}

function refuseFund(field: string, amount: Money, currency: Currency): InvalidInput | null {
  if (amount.currency !== currency)
    return invalidInput(field, `The invoice is in ${currency}, not in ${amount.currency}.`);
  return amount.minor < 0n ? invalidInput(field, 'It is below zero.') : null;
}
