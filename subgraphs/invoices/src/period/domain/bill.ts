import type { ProrationGrain } from '@tollgate/kernel/money/proration';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { Instant, Period } from '@tollgate/kernel/time/time';
import type { Positions } from '../../invoice/domain/position.js';
import type { Terms } from './terms.js';

/** A period of a subscription. */
export interface Opened {
  /** Counts all periods, from 0. */
  readonly index: number;
  /** Counts those with fees, from 0; null in a trial. */
  readonly paid: number | null;
  readonly period: Period;
  /** The whole period that it is the end of; null where it is one itself. */
  readonly full: Period | null;
}

/** A stretch of a period that is billed for its usage. */
export interface Closes extends Opened {
  readonly from: Instant;
  readonly to: Instant;
  /** Whether the period is over with it. */
  readonly ends: boolean;
  readonly terms: Terms;
}

/** What a subscription has beside its plan. */
export interface AddonTerms {
  readonly addonId: string;
  readonly key: string;
  readonly name: string;
  /** Of a unit for a period, in major units. */
  readonly amount: Decimal;
  readonly quantity: Decimal;
}

/** Which fees are given back as far as they are unused, and charged anew. */
export type LegsAsked =
  | { readonly grain: ProrationGrain; readonly of: 'all' | 'fees' | 'quantity' }
  | {
      readonly grain: ProrationGrain;
      readonly of: 'addon';
      readonly key: string;
      readonly charges: boolean;
    };

/** What one command or one end of a period has billed, as plans tells it. */
export interface Bill {
  readonly number: number;
  readonly reason: 'start' | 'period_end' | 'change' | 'addon' | 'cancel' | 'pause' | 'resume';
  readonly at: Instant;
  readonly terms: Terms;
  /** The period that is open now. */
  readonly current: Opened | null;
  readonly opens: boolean;
  readonly closes: Closes | null;
  readonly legs: LegsAsked | null;
  /** In force from now on, in the order of joining. */
  readonly addons: readonly AddonTerms[];
  readonly credit: {
    readonly grain: ProrationGrain;
    readonly to: 'balance' | 'refund';
    /** Only of this invoice; null = of all. */
    readonly invoiceId: string | null;
  } | null;
  readonly over: 'ended' | 'paused' | null;
  /** Name of what is billed on one invoice with it; null where it has one of its own. */
  readonly joint: string | null;
}

/** A bill, with what was used in the stretch that it closes. */
export interface TotalledBill {
  readonly bill: Bill;
  readonly revision: number;
  readonly positions: Positions;
}

/** The positions of a stretch again, after late usage. */
export interface Revision {
  readonly subscriptionId: string;
  /** Number of the bill that closed it. */
  readonly number: number;
  readonly revision: number;
  readonly positions: Positions;
}

/** Where a subscription stands after its last bill. */
export interface Standing {
  /** Number of the last bill; null where an earlier release wrote it: then any is the next. */
  readonly bill: number | null;
  readonly over: Bill['over'];
  /** What bills up to this one billed is cut: nothing of it is unused any more. Null where nothing is. */
  readonly cutThrough: number | null;
}

/** Whether a bill ends the service of a period before its time, and gives nothing back by lines of its own. */
export function stopsService(bill: Bill): boolean {
  return cuts(bill) && bill.legs === null;
}

/** Whether a bill stops a period before its end: what its fees cover no more is not unused, but cut. */
export function cuts({ closes }: Bill): boolean {
  return closes !== null && closes.ends && closes.to < closes.period.to;
}
