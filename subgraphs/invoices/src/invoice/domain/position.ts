import { decimal, type Decimal } from '@tollgate/kernel/number/decimal';
import type { DimensionValue, PriceFilter } from '@tollgate/kernel/price/filter';
import type { Limits } from '@tollgate/kernel/price/model';
import type { CommitmentPart } from '@tollgate/kernel/rating/commitment';
import type { LinePrice } from './basis.js';

/** A price of single events, or by dimensions: usage prices those as it counts them, and a line keeps to its bounds. */
export interface CountedPrice extends Limits {
  readonly model: 'percentage' | 'dynamic' | 'matrix';
}

/** A line of a commitment: usage settles its windows, and keeps all lines together to the maximum. */
export interface CommittedPrice extends Limits {
  readonly model: 'commitment';
  readonly part: CommitmentPart;
  /** Of a unit that the line bills. */
  readonly unitAmount: Decimal;
}

/** A price of usage. */
export type UsagePrice = LinePrice | CountedPrice | CommittedPrice;

/** What usage comes to at both ends of a stretch, exact, before the bounds of the price; null where its period begins. */
export interface CountedAmounts {
  readonly from: Decimal | null;
  readonly to: Decimal;
}

/** Usage of a stretch whose dimensions have the same values. */
export interface LineGroup {
  readonly dimensions: readonly DimensionValue[];
  readonly quantity: Decimal;
  /** Null where groups have no price of their own, and where the price has none for this one: it costs nothing. */
  readonly unitAmount: Decimal | null;
  /** Exact, before the bounds of the price; null where groups have no price of their own. */
  readonly amount: Decimal | null;
}

/** Usage by dimensions: the greatest groups one by one, and the others together; absent where there are none. */
export interface LineGroups {
  readonly groups?: readonly LineGroup[];
  readonly otherGroups?: {
    readonly count: number;
    readonly quantity: Decimal;
    readonly amount: Decimal | null;
  };
}

/** What a meter counted from the begin of a period up to both ends of a stretch; null: it begins there. */
export interface Position extends LineGroups {
  readonly from: Decimal | null;
  readonly to: Decimal;
  /** Of a price that usage counts. */
  readonly amounts?: CountedAmounts;
}

/** Positions by meter, or by price where that is counted by itself; what has no entry stands at 0. */
export type Positions = Readonly<Record<string, Position>>;

const ZERO = decimal('0');
const NONE: Position = { from: null, to: ZERO };
const NOTHING_COUNTED: Position = { ...NONE, amounts: { from: null, to: ZERO } };

/** A price as far as it says where it stands. */
export interface PositionedPrice {
  readonly priceId: string;
  readonly meterId: string | null;
  readonly price: UsagePrice;
  readonly filter?: PriceFilter;
}

/** Where a price stands. */
export function positionOf(
  positions: Positions,
  { priceId, meterId, price, filter }: PositionedPrice,
): Position {
  const own = positions[priceId];
  if (isCounted(price)) return own ?? NOTHING_COUNTED;
  return own ?? (filter === undefined ? positions[meterId ?? ''] : undefined) ?? NONE;
}

/** Whether usage prices what it counts. */
export function isCounted(price: UsagePrice): price is CountedPrice | CommittedPrice {
  const { model } = price;
  return model === 'percentage' || model === 'dynamic' || model === 'matrix' || model === 'commitment';
}
