import type { Id } from '@tollgate/kernel/id';
import type { ProrationRule } from '@tollgate/kernel/money/proration';
import type { Instant, LocalDate, Period } from '@tollgate/kernel/time/time';
import type { HeldAddon } from './addons.js';
import type { TermsChange } from './contract.js';

/** What the days are counted from that periods are cut at. */
export interface CyclePlace {
  readonly anchor: LocalDate;
  /** Day of the month; null = the anchor's. */
  readonly anchorDay: number | null;
  /** Place of the period in the cycle, from 0. */
  readonly k: number;
}

/** A period that is open. */
export interface OpenedPeriod {
  /** Counts all periods, from 0. */
  readonly index: number;
  /** Counts those with fees, from 0; null in a trial. */
  readonly paid: number | null;
  readonly period: Period;
  /** The whole period that it is the end of; null where it is one itself. */
  readonly full: Period | null;
  readonly cycle: CyclePlace;
}

/**
 * What happens to a subscription as far as others have to know: one bill. What it says little of is as it was before: others
 * get it in full.
 */
export interface Billed {
  readonly type: 'SubscriptionBilled';
  readonly reason: 'start' | 'period_end' | 'change' | 'addon' | 'cancel' | 'pause' | 'resume';
  readonly at: Instant;
  /** What is billed for its usage: from where the last bill ended up to here; null in a trial, and where nothing is. */
  readonly closes: {
    readonly to: Instant;
    /** Whether the period is over with it. */
    readonly ends: boolean;
  } | null;
  readonly change: TermsChange | null;
  readonly opens: OpenedPeriod | null;
  /** Fees that are given back as far as they are unused, and charged anew for the rest of a period that goes on. */
  readonly legs: Legs | null;
  /** All add-ons from now on, those that wait too; null = as they are, and what waits comes to pass with a period's end. */
  readonly addons: readonly HeldAddon[] | null;
  /** What is unused is given back by credit notes. */
  readonly credit: {
    readonly grain: Grain;
    readonly to: 'balance' | 'refund';
    /** Only of this invoice; absent = of all. */
    readonly invoiceId?: string;
  } | null;
  readonly over: 'ended' | 'paused' | null;
  /** Name of what is billed on one invoice with it; absent where it has one of its own. */
  readonly joint?: Id<'sub'>;
}

export type Grain = ProrationRule['grain'];

/** What fees: of everything, of the plan, of the plan as far as they depend on the quantity, or of one add-on. */
export type Legs =
  | { readonly grain: Grain; readonly of: 'all' | 'fees' | 'quantity' }
  | { readonly grain: Grain; readonly of: 'addon'; readonly key: string; readonly charges: boolean };

/** A bill of which only this is said. */
export function billedFor(said: Pick<Billed, 'reason' | 'at'> & Partial<Omit<Billed, 'type'>>): Billed {
  const nothing = {
    ...{ closes: null, change: null, opens: null, legs: null, addons: null, credit: null, over: null },
  };
  return { type: 'SubscriptionBilled', ...nothing, ...said };
}

/** A bill on one invoice with others of that name, if there is one. */
export function jointly(billed: Billed, { joint }: Pick<Billed, 'joint'>): Billed {
  return joint === undefined ? billed : { ...billed, joint };
}
