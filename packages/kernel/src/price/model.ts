import type { Decimal } from '../number/decimal.js';
import type { RoundingMode } from '../number/rounding.js';

/** Usage in units of the price: quantity × multiplyBy ÷ divideBy, rounded. */
export interface Conversion {
  readonly multiplyBy: Decimal;
  /** Above 0. */
  readonly divideBy: Decimal;
  readonly rounding: RoundingMode;
  /** May be negative: tens, hundreds, … */
  readonly decimals: number;
}

/** Bounds of the amount of a period, in major units. The minimum holds on the period's last line only. */
export interface Limits {
  readonly minimumAmount: Decimal | null;
  readonly maximumAmount: Decimal | null;
}

/** What happens to a quantity before it is priced. Included units count in converted units. */
export interface Units {
  readonly conversion: Conversion | null;
  readonly includedUnits: Decimal;
}

/** (upTo of the tier before, upTo]; the last one is without end (null). */
export interface PriceTier {
  readonly upTo: Decimal | null;
  readonly unitAmount: Decimal;
  /** Charged once when something falls into the tier. */
  readonly flatAmount: Decimal;
  /** The first tier's flat amount is charged without usage, too. */
  readonly flatAtZero: boolean;
}

/** A tier of a price on money: percent instead of an amount per unit. */
export interface PercentTier extends Omit<PriceTier, 'unitAmount'> {
  readonly ratePercent: Decimal;
}

/** The amount of a unit whose dimensions have all these values. */
export interface MatrixRow {
  readonly match: Readonly<Record<string, string>>;
  readonly unitAmount: Decimal;
}

/** Amounts are decimals in major units. */
export type FlatPrice = Limits & { readonly model: 'flat'; readonly flatAmount: Decimal };
export type PerUnitPrice = Limits & Units & { readonly model: 'per_unit'; readonly unitAmount: Decimal };
export type TieredPrice = Limits &
  Units & { readonly model: 'graduated' | 'volume'; readonly tiers: readonly PriceTier[] };
export type GraduatedPercentagePrice = Limits &
  Units & { readonly model: 'graduated_percentage'; readonly tiers: readonly PercentTier[] };
export type PackagePrice = Limits &
  Units & {
    readonly model: 'package';
    /** Units of a package, above 0. */
    readonly packageSize: Decimal;
    readonly packageAmount: Decimal;
    readonly packageRounding: 'ceil' | 'floor';
  };
export type PercentagePrice = Limits & {
  readonly model: 'percentage';
  readonly ratePercent: Decimal;
  readonly fixedPerEvent: Decimal;
  /** The first n events are eligible for free amounts; null = no such limit. */
  readonly freeEvents: number | null;
  /** Money that is free in total; null = the whole amount of each eligible event. */
  readonly freeAmount: Decimal | null;
  readonly minPerEvent: Decimal | null;
  readonly maxPerEvent: Decimal | null;
};
export type MatrixPrice = Limits & {
  readonly model: 'matrix';
  readonly rows: readonly MatrixRow[];
  /** For what no row matches; null = that cannot be priced. */
  readonly defaultUnitAmount: Decimal | null;
};
/** What each window of a commitment lasts: of local time, or from the begin of the period on. */
export const COMMITMENT_WINDOWS = ['hour', 'day', 'week', 'month', 'period'] as const;
export type CommitmentWindow = (typeof COMMITMENT_WINDOWS)[number];

/** Units that each window is committed to: what goes beyond costs the factor more, what is missing is charged where that is agreed. */
export type CommitmentPrice = Limits & {
  readonly model: 'commitment';
  /** Of each window, above 0. */
  readonly committedQuantity: Decimal;
  readonly window: CommitmentWindow;
  readonly unitAmount: Decimal;
  readonly overageFactor: Decimal;
  /** Whether units that a window did not use are charged. */
  readonly trueUp: boolean;
};
export type DynamicPrice = Limits & { readonly model: 'dynamic'; readonly multiplier: Decimal };

/** Prices of a cumulative quantity. */
export type QuantityPrice = PerUnitPrice | TieredPrice | GraduatedPercentagePrice | PackagePrice;
export type EventPrice = PercentagePrice | DynamicPrice;
export type Price = FlatPrice | QuantityPrice | EventPrice | MatrixPrice | CommitmentPrice;

/** A quantity with the dimensions that a matrix chooses its price by. */
export interface DimensionedUsage {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly quantity: Decimal;
}

/** A price with what it prices. Quantities are cumulative: they contain what is already billed. */
export type Metered =
  | { readonly price: FlatPrice }
  | {
      readonly price: QuantityPrice;
      readonly quantity: Decimal;
      /** Null where no line was billed; '0' is a line over nothing. */
      readonly alreadyBilledQuantity: Decimal | null;
    }
  | { readonly price: EventPrice; readonly amounts: readonly Decimal[] }
  | { readonly price: MatrixPrice; readonly usage: readonly DimensionedUsage[] }
  /** One quantity for each window. */
  | { readonly price: CommitmentPrice; readonly windows: readonly Decimal[] };

/** What a line is to bill. */
export type PriceCase = Metered & {
  /** What earlier lines of the period came to; null where they are known by quantity, or there were none. */
  readonly alreadyBilledAmount: Decimal | null;
  /** The period's last line: only there the minimum holds. */
  readonly final: boolean;
};
