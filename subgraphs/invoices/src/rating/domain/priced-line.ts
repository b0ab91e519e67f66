import type { Money } from '@tollgate/kernel/money/money';

/** A priced line; below zero it gives back. */
export interface Line {
  readonly id: string;
  readonly amount: Money;
  readonly subscription?: string;
  /** Ids of tax rates, in order: a compound one taxes those before it. All inclusive or all exclusive. */
  readonly taxes?: readonly string[];
}
