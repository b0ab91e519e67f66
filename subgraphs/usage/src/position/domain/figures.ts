import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { CommitmentPart } from '@tollgate/kernel/rating/commitment';
import type { Figures } from '../../total/domain/tallies.js';

/** Where a price stands that more than the quantity of its meter is priced by. */
export interface PriceFigures extends Figures {
  /** What it comes to before maximum and minimum, exact; null where the quantity is priced. */
  readonly amount: Decimal | null;
  /** Of a commitment, its lines; absent in others. */
  readonly parts?: readonly PartFigures[];
}

/** What a line of a commitment bills, and what that comes to, exact. */
export interface PartFigures {
  readonly part: CommitmentPart;
  readonly quantity: Decimal;
  readonly amount: Decimal;
}
