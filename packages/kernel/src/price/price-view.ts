import type { ModelName } from './price-input.js';
import type { MatrixRow, Price } from './model.js';

/** A price as the API shows it: what is read here can be given as input. */
export function priceView(price: Price) {
  const { minimumAmount, maximumAmount } = price;
  const units = 'conversion' in price ? price : null;
  return {
    ...NO_MODEL,
    ...modelView(price),
    conversion: units?.conversion
      ? { ...units.conversion, rounding: ROUNDING[units.conversion.rounding] }
      : null,
    includedUnits: units?.includedUnits ?? null,
    minimumAmount,
    maximumAmount,
  };
}

const NO_MODEL = {
  flat: null,
  perUnit: null,
  graduated: null,
  volume: null,
  package: null,
  percentage: null,
  graduatedPercentage: null,
  matrix: null,
  dynamic: null,
  commitment: null,
} as const satisfies Readonly<Record<ModelName, null>>;

const ROUNDING = { none: 'NONE', half_away: 'HALF_AWAY', ceil: 'CEIL', floor: 'FLOOR' } as const;
const WINDOW = { hour: 'HOUR', day: 'DAY', week: 'WEEK', month: 'MONTH', period: 'PERIOD' } as const;
const PACKAGE_ROUNDING = { ceil: 'CEIL', floor: 'FLOOR' } as const;

/** The fields of the model under the name that the API gives it. */
function modelView(price: Price) {
  switch (price.model) {
    case 'flat':
      return { flat: { flatAmount: price.flatAmount } };
    case 'per_unit':
      return { perUnit: { unitAmount: price.unitAmount } };
    case 'graduated':
      return { graduated: { tiers: price.tiers } };
    case 'volume':
      return { volume: { tiers: price.tiers } };
    case 'graduated_percentage':
      return { graduatedPercentage: { tiers: price.tiers } };
    case 'package': {
      const { packageSize, packageAmount } = price;
      const packageRounding = PACKAGE_ROUNDING[price.packageRounding];
      return { package: { packageSize, packageAmount, packageRounding } };
    }
    case 'percentage': {
      const { ratePercent, fixedPerEvent, freeEvents, freeAmount, minPerEvent, maxPerEvent } = price;
      return { percentage: { ratePercent, fixedPerEvent, freeEvents, freeAmount, minPerEvent, maxPerEvent } };
    }
    case 'matrix':
      return {
        matrix: { rows: price.rows.map(rowView), defaultUnitAmount: price.defaultUnitAmount },
      };
    case 'dynamic':
      return { dynamic: { multiplier: price.multiplier } };
    case 'commitment': {
      const { committedQuantity, unitAmount, overageFactor, trueUp } = price;
      const window = WINDOW[price.window];
      return { commitment: { committedQuantity, window, unitAmount, overageFactor, trueUp } };
    }
  }
}

function rowView({ match, unitAmount }: MatrixRow) {
  return { match: Object.entries(match).map(([name, value]) => ({ name, value })), unitAmount };
}
