import { unreachable } from '../assert.js';
import { compareDecimal, decimal, type Decimal } from '../number/decimal.js';
import { ROUNDING_DECIMALS_MAX } from '../number/rounding.js';
import * as read from './fields.js';
import type { Fields, Values } from './fields.js';
import type {
  Conversion,
  Limits,
  MatrixRow,
  PercentagePrice,
  PercentTier,
  Price,
  PriceTier,
  QuantityPrice,
  Units,
} from './model.js';

const MODELS = [
  'flat',
  'per_unit',
  'graduated',
  'volume',
  'package',
  'percentage',
  'graduated_percentage',
  'matrix',
  'dynamic',
] as const;
const QUANTITY_MODELS: readonly string[] = [
  'per_unit',
  'graduated',
  'volume',
  'package',
  'graduated_percentage',
];

const LIMITS = ['model', 'minimumAmount', 'maximumAmount'];
const UNITS = [...LIMITS, 'conversion', 'includedUnits'];
const TIER = ['upTo', 'flatAmount', 'flatAtZero'];
const ZERO = decimal('0');
const ONE = decimal('1');

/** Reads a price whose quantity is one number, for what bills along the way. */
export function readQuantityPrice(fields: Fields, path: string, input: unknown): QuantityPrice {
  const price = readPrice(fields, path, input);
  if (isQuantityPrice(price)) return price;
  read.refuse(fields, `${path}.model`, `This is one of ${QUANTITY_MODELS.join(', ')}.`);
  return { model: 'per_unit', unitAmount: ZERO, ...NO_LIMITS, conversion: null, includedUnits: ZERO };
}

const NO_LIMITS: Limits = { minimumAmount: null, maximumAmount: null };

function isQuantityPrice(price: Price): price is QuantityPrice {
  return QUANTITY_MODELS.includes(price.model);
}

/** Reads a price of any model. */
export function readPrice(fields: Fields, path: string, input: unknown): Price {
  const at = (name: string) => `${path}.${name}`;
  const { model: named } = read.record(fields, path, input, MODEL_FIELDS);
  const model = read.choice(fields, at('model'), named, MODELS);
  const known = KNOWN[model];
  const values = read.record(fields, path, input, known);
  const limits = readLimits(fields, path, values);
  const amount = (name: string) => read.amount(fields, at(name), values[name]);
  switch (model) {
    case 'flat':
      return { model, flatAmount: amount('flatAmount'), ...limits };
    case 'per_unit':
      return { model, unitAmount: amount('unitAmount'), ...limits, ...readUnits(fields, path, values) };
    case 'graduated':
    case 'volume': {
      const tiers = readTiers(fields, path, values['tiers'], readTier);
      return { model, tiers, ...limits, ...readUnits(fields, path, values) };
    }
    case 'graduated_percentage': {
      const tiers = readTiers(fields, path, values['tiers'], readPercentTier);
      return { model, tiers, ...limits, ...readUnits(fields, path, values) };
    }
    case 'package':
      return {
        model,
        packageSize: read.positive(fields, at('packageSize'), values['packageSize']),
        packageAmount: amount('packageAmount'),
        packageRounding: read.given(values['packageRounding'], 'ceil' as const, (value) =>
          read.choice(fields, at('packageRounding'), value, ['ceil', 'floor'] as const),
        ),
        ...limits,
        ...readUnits(fields, path, values),
      };
    case 'percentage':
      return { model, ...limits, ...readPercentage(fields, path, values) };
    case 'matrix':
      return {
        model,
        rows: read.list(fields, at('rows'), values['rows'], (field, item) => readRow(fields, field, item)),
        defaultUnitAmount: read.given(values['defaultUnitAmount'], null, () => amount('defaultUnitAmount')),
        ...limits,
      };
    case 'dynamic':
      return {
        model,
        multiplier: read.given(values['multiplier'], ONE, () => amount('multiplier')),
        ...limits,
      };
    default:
      return unreachable(model);
  }
}

const KNOWN: Readonly<Record<Price['model'], readonly string[]>> = {
  flat: [...LIMITS, 'flatAmount'],
  per_unit: [...UNITS, 'unitAmount'],
  graduated: [...UNITS, 'tiers'],
  volume: [...UNITS, 'tiers'],
  graduated_percentage: [...UNITS, 'tiers'],
  package: [...UNITS, 'packageSize', 'packageAmount', 'packageRounding'],
  percentage: [
    ...LIMITS,
    'ratePercent',
    'fixedPerEvent',
    'freeEvents',
    'freeAmount',
    'minPerEvent',
    'maxPerEvent',
  ],
  matrix: [...LIMITS, 'rows', 'defaultUnitAmount'],
  dynamic: [...LIMITS, 'multiplier'],
};
const MODEL_FIELDS = [...new Set(Object.values(KNOWN).flat())];

function readLimits(fields: Fields, path: string, values: Values): Limits {
  const limit = (name: string) =>
    read.given(values[name], null, (value) => read.signed(fields, `${path}.${name}`, value));
  return { minimumAmount: limit('minimumAmount'), maximumAmount: limit('maximumAmount') };
}

function readUnits(fields: Fields, path: string, values: Values): Units {
  return {
    conversion: read.given(values['conversion'], null, (value) =>
      readConversion(fields, `${path}.conversion`, value),
    ),
    includedUnits: read.given(values['includedUnits'], ZERO, (value) =>
      read.units(fields, `${path}.includedUnits`, value),
    ),
  };
}

function readConversion(fields: Fields, path: string, input: unknown): Conversion {
  const values = read.record(fields, path, input, ['multiplyBy', 'divideBy', 'rounding', 'decimals']);
  const { multiplyBy, divideBy, rounding, decimals } = values;
  if ((multiplyBy ?? divideBy ?? null) === null)
    read.refuse(fields, path, 'A conversion multiplies, divides, or both.');
  return {
    multiplyBy: read.given(multiplyBy, ONE, (value) => read.amount(fields, `${path}.multiplyBy`, value)),
    divideBy: read.given(divideBy, ONE, (value) => read.positive(fields, `${path}.divideBy`, value)),
    rounding: read.choice(fields, `${path}.rounding`, rounding, ['none', 'half_away', 'ceil', 'floor']),
    decimals: read.given(decimals, 0, (value) =>
      read.integer(fields, `${path}.decimals`, value, [-ROUNDING_DECIMALS_MAX, ROUNDING_DECIMALS_MAX]),
    ),
  };
}

/** Tiers in ascending order without gaps or overlaps: each starts where the one before ends, the last has no end. */
function readTiers<T extends { readonly upTo: Decimal | null }>(
  fields: Fields,
  path: string,
  input: unknown,
  readOne: (fields: Fields, path: string, input: unknown) => T,
): T[] {
  const tiers = read.list(fields, `${path}.tiers`, input, (field, item) => readOne(fields, field, item));
  if (tiers.length === 0) read.refuse(fields, `${path}.tiers`, 'A tiered price has at least one tier.');
  let before: Decimal | null = null;
  for (const [index, { upTo }] of tiers.entries()) {
    const field = `${path}.tiers[${index}].upTo`;
    const isLast = index === tiers.length - 1;
    if ((upTo === null) !== isLast)
      read.refuse(fields, field, 'The last tier has no upper bound, all others have one.');
    if (upTo !== null && before !== null && compareDecimal(upTo, before) <= 0)
      read.refuse(fields, field, 'Each tier ends above the one before it.');
    before = upTo;
  }
  return tiers;
}

function readTier(fields: Fields, path: string, input: unknown): PriceTier {
  const values = read.record(fields, path, input, [...TIER, 'unitAmount']);
  const unitAmount = read.given(values['unitAmount'], ZERO, (value) =>
    read.amount(fields, `${path}.unitAmount`, value),
  );
  return { ...readBound(fields, path, values), unitAmount };
}

function readPercentTier(fields: Fields, path: string, input: unknown): PercentTier {
  const values = read.record(fields, path, input, [...TIER, 'ratePercent']);
  const ratePercent = read.amount(fields, `${path}.ratePercent`, values['ratePercent']);
  return { ...readBound(fields, path, values), ratePercent };
}

function readBound(fields: Fields, path: string, values: Values): Omit<PriceTier, 'unitAmount'> {
  return {
    upTo: read.given(values['upTo'], null, (value) => read.amount(fields, `${path}.upTo`, value)),
    flatAmount: read.given(values['flatAmount'], ZERO, (value) =>
      read.amount(fields, `${path}.flatAmount`, value),
    ),
    flatAtZero: read.given(values['flatAtZero'], false, (value) =>
      read.boolean(fields, `${path}.flatAtZero`, value),
    ),
  };
}

function readPercentage(
  fields: Fields,
  path: string,
  values: Values,
): Omit<PercentagePrice, 'model' | keyof Limits> {
  const amount = (name: string) =>
    read.given(values[name], null, (value) => read.amount(fields, `${path}.${name}`, value));
  return {
    ratePercent: read.amount(fields, `${path}.ratePercent`, values['ratePercent']),
    fixedPerEvent: amount('fixedPerEvent') ?? ZERO,
    freeEvents: read.given(values['freeEvents'], null, (value) =>
      read.integer(fields, `${path}.freeEvents`, value, [0, Number.MAX_SAFE_INTEGER]),
    ),
    freeAmount: amount('freeAmount'),
    minPerEvent: amount('minPerEvent'),
    maxPerEvent: amount('maxPerEvent'),
  };
}

function readRow(fields: Fields, path: string, input: unknown): MatrixRow {
  const values = read.record(fields, path, input, ['match', 'unitAmount']);
  return {
    match: read.texts(fields, `${path}.match`, values['match']),
    unitAmount: read.amount(fields, `${path}.unitAmount`, values['unitAmount']),
  };
}
