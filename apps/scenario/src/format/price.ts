/** How a quantity is converted before it is priced. */
export interface Conversion {
  readonly rounding: 'none' | 'half_away' | 'ceil' | 'floor';
  readonly multiplyBy?: string;
  readonly divideBy?: string;
  readonly decimals?: number;
}

interface Bounds {
  readonly minimumAmount?: string;
  readonly maximumAmount?: string;
}

interface OfQuantity extends Bounds {
  readonly conversion?: Conversion;
  readonly includedUnits?: string;
}

/** A tier; without `upTo` it has no end. */
export interface Tier {
  readonly upTo: string | null;
  readonly unitAmount?: string;
  readonly ratePercent?: string;
  readonly flatAmount?: string;
  readonly flatAtZero?: boolean;
}

/** A price of a scenario, decimals as text in major units. */
export type ScenarioPrice =
  | ({ readonly model: 'flat'; readonly flatAmount: string } & Bounds)
  | ({ readonly model: 'per_unit'; readonly unitAmount: string } & OfQuantity)
  | ({
      readonly model: 'graduated' | 'volume' | 'graduated_percentage';
      readonly tiers: readonly Tier[];
    } & OfQuantity)
  | ({
      readonly model: 'package';
      readonly packageSize: string;
      readonly packageAmount: string;
      readonly packageRounding?: 'ceil' | 'floor';
    } & OfQuantity)
  | ({
      readonly model: 'percentage';
      readonly ratePercent: string;
      readonly fixedPerEvent?: string;
      readonly freeEvents?: number;
      readonly freeAmount?: string;
      readonly minPerEvent?: string;
      readonly maxPerEvent?: string;
    } & Bounds)
  | ({ readonly model: 'dynamic'; readonly multiplier?: string } & Bounds)
  | ({
      readonly model: 'commitment';
      readonly committedQuantity: string;
      readonly window?: 'hour' | 'day' | 'week' | 'month' | 'period';
      readonly unitAmount: string;
      readonly overageFactor?: string;
      readonly trueUp?: boolean;
    } & Bounds)
  | ({
      readonly model: 'matrix';
      readonly rows: readonly {
        readonly match: Readonly<Record<string, string>>;
        readonly unitAmount: string;
      }[];
      readonly defaultUnitAmount?: string;
    } & Bounds);

/** A price of a plan: a fee without a meter, usage with one. */
export interface PlanPrice {
  readonly key: string;
  readonly currency?: string;
  readonly meter?: string;
  /** Of the meter's usage, that whose dimensions have these values. */
  readonly filter?: Readonly<Record<string, string>>;
  readonly price: ScenarioPrice;
}

/** Prices by key, in the place of the plan's. */
export type Overrides = Readonly<Record<string, ScenarioPrice>>;
