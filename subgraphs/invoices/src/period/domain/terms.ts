import type { Currency } from '@tollgate/kernel/money/currency';
import type { ProrationGrain } from '@tollgate/kernel/money/proration';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { PriceFilter } from '@tollgate/kernel/price/filter';
import type { CycleAlignment, CycleUnit } from '@tollgate/kernel/time/cycle';
import type { TimeZone } from '@tollgate/kernel/time/time';
import type { ThresholdRule } from '@tollgate/kernel/rating/threshold';
import type { UsagePrice } from '../../invoice/domain/position.js';

/** A price of the terms a subscription was bought on: a fee in advance, or what a meter counts in arrears. */
export interface PriceTerms {
  readonly priceId: string;
  readonly key: string;
  /** Null for a fee. */
  readonly meterId: string | null;
  readonly meterCode: string | null;
  /** Which of the meter's usage it is of; absent where it is all of it. */
  readonly filter?: PriceFilter;
  readonly description: string;
  readonly price: UsagePrice;
}

/** What a subscription is billed by. */
export interface Terms {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly planVersionId: string;
  readonly currency: Currency;
  readonly timeZone: TimeZone;
  /** Seats: what fees with a quantity model are priced by. */
  readonly quantity: Decimal;
  readonly interval: { readonly unit: CycleUnit; readonly count: number };
  readonly alignment: CycleAlignment;
  /** What a part of a period is counted in. */
  readonly grain: ProrationGrain;
  /** What they were read from: rows keep that. */
  readonly kept: object;
  /** Number of the bill since which these terms are in force. */
  readonly since: number;
  /** The least that a period comes to, in major units; null without one. */
  readonly minimum: Decimal | null;
  /** When usage is billed before its period ends; absent where it is not. */
  readonly threshold?: Pick<ThresholdRule, 'thresholds' | 'recurringStep'>;
  /** In the plan's order. */
  readonly prices: readonly PriceTerms[];
}
