import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Basis, BasisDrawdown, Charge } from '../../invoice/domain/basis.js';

/** An amount that a customer paid in advance, and what may still be drawn of it. */
export interface OpenCommitment {
  readonly id: string;
  readonly currency: Currency;
  readonly subscriptionIds: readonly string[];
  readonly from: Instant;
  readonly until: Instant;
  readonly availableMinor: bigint;
}

/** The usage that an invoice bills, whoever pays it. */
export interface Drawing {
  readonly currency: Currency;
  readonly charges: readonly Charge[];
}

/** What was paid in advance for the usage of an invoice, the oldest first: of stretches that begin while it may be used. */
export function drawdownsOf(
  commitments: readonly OpenCommitment[],
  { currency, charges }: Drawing,
): readonly BasisDrawdown[] {
  return commitments.flatMap((one): BasisDrawdown[] => {
    if (one.currency !== currency || one.availableMinor <= 0n) return [];
    const lineIds = charges.filter((charge) => isCovered(charge, one)).map(({ lineId }) => lineId);
    return lineIds.length === 0 ? [] : [{ id: one.id, availableMinor: one.availableMinor, lineIds }];
  });
}

function isCovered({ kind, subscriptionId, period }: Charge, one: OpenCommitment): boolean {
  if (kind !== 'usage' && kind !== 'late') return false;
  return one.subscriptionIds.includes(subscriptionId) && one.from <= period.from && period.from < one.until;
}

/** The basis of a draft over new positions, with what may be drawn now. */
export function drawnAnew(basis: Basis, commitments: readonly OpenCommitment[]): Basis {
  const { drawdowns: _before, ...rest } = basis;
  const drawdowns = drawdownsOf(commitments, basis);
  return drawdowns.length === 0 ? rest : { ...rest, drawdowns };
}
