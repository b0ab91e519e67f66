import { assert } from '@tollgate/kernel/assert';
import { money } from '@tollgate/kernel/money/money';
import { settle, type Funds } from '../../balance/domain/settlement.js';
import type { Basis } from './basis.js';
import type { Computation } from './computation.js';

/** What paid a total before the customer does, and what is left. */
export interface Settled {
  readonly creditAppliedMinor: bigint;
  readonly walletAppliedMinor: bigint;
  /** What a total below zero gives the customer. */
  readonly creditGeneratedMinor: bigint;
  readonly dueMinor: bigint;
}

/** How the total of an invoice is settled with these funds; of a draft, with none. */
export function settledBy(
  { totals, basis }: Pick<Computation, 'totals'> & { readonly basis: Basis },
  funds: Funds,
): Settled {
  const settlement = settle(money(totals.totalMinor, basis.currency), funds);
  assert(settlement.ok, 'the funds are of the currency of the invoice');
  const { creditNotesApplied, walletApplied, creditGenerated, amountDue } = settlement.value;
  return {
    creditAppliedMinor: creditNotesApplied.minor,
    walletAppliedMinor: walletApplied.minor,
    creditGeneratedMinor: creditGenerated.minor,
    dueMinor: amountDue.minor,
  };
}

/** Nothing pays before the customer. */
export const NO_FUNDS: Funds = { creditNotes: [], wallets: [] };
