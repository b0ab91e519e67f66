import type { Decimal } from '@tollgate/kernel/number/decimal';

/** A tax on lines that name it. */
export interface TaxRate {
  readonly id: string;
  readonly percent: Decimal;
  /** The tax is part of the line amount. */
  readonly inclusive: boolean;
  /** It taxes the taxes before it, too. */
  readonly compound: boolean;
}
