import { assert } from '@tollgate/kernel/assert';
import { money, type Money } from '@tollgate/kernel/money/money';
import type { WalletPart } from '../../balance/domain/grant.js';
import { settle, type Funds, type Settlement } from '../../balance/domain/settlement.js';
import type { Basis } from './basis.js';
import type { Computation } from './computation.js';

/** What paid a total before the customer does, and what is left. */
export interface Settled {
  readonly creditAppliedMinor: bigint;
  readonly walletAppliedMinor: bigint;
  /** What a total below zero gives the customer. */
  readonly creditGeneratedMinor: bigint;
  readonly dueMinor: bigint;
  /** Of which grants the wallet's part is, in the order in which they were used; absent where there is none. */
  readonly walletParts?: readonly WalletPart[];
}

/** How the total of an invoice is settled with these funds; of a draft, with none. */
export function settledBy(
  { totals, basis }: Pick<Computation, 'totals'> & { readonly basis: Basis },
  funds: Funds,
): Settled {
  return settledFor(money(totals.totalMinor, basis.currency), funds);
}

/** The same of an amount. */
export function settledFor(amount: Money, funds: Funds): Settled {
  const settlement = settle(amount, funds);
  assert(settlement.ok, 'the funds are of the currency of the invoice');
  const { creditNotesApplied, walletApplied, creditGenerated, amountDue } = settlement.value;
  return {
    creditAppliedMinor: creditNotesApplied.minor,
    walletAppliedMinor: walletApplied.minor,
    creditGeneratedMinor: creditGenerated.minor,
    dueMinor: amountDue.minor,
    ...partsOf(settlement.value, funds),
  };
}

function partsOf({ wallets }: Settlement, funds: Funds): Pick<Settled, 'walletParts'> {
  const walletParts = wallets.flatMap(({ id: grantId, amount }, index) => {
    const kind = funds.wallets[index]?.kind ?? 'promotional';
    return amount.minor > 0n ? [{ grantId, kind, amountMinor: amount.minor }] : [];
  });
  return walletParts.length > 0 ? { walletParts } : {};
}

/** Nothing pays before the customer. */
export const NO_FUNDS: Funds = { creditNotes: [], wallets: [] };
