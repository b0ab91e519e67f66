import { unreachable } from '@tollgate/kernel/assert';
import { compareDecimal, decimal, type Decimal } from '@tollgate/kernel/decimal';
import { ROUNDING_DECIMALS_MAX } from '@tollgate/kernel/rounding';
import { given, type Fields, type Values } from './fields.js';
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
  fields.refuse(`${path}.model`, `This is one of ${QUANTITY_MODELS.join(', ')}.`);
  return { model: 'per_unit', unitAmount: ZERO, ...NO_LIMITS, conversion: null, includedUnits: ZERO };
}

const NO_LIMITS: Limits = { minimumAmount: null, maximumAmount: null };

function isQuantityPrice(price: Price): price is QuantityPrice {
  return QUANTITY_MODELS.includes(price.model);
}

/** Reads a price of any model. */
export function readPrice(fields: Fields, path: string, input: unknown): Price {
  const at = (name: string) => `${path}.${name}`;
  const { model: named } = fields.record(path, input, MODEL_FIELDS);
  const model = fields.choice(at('model'), named, MODELS);
  const known = KNOWN[model];
  const values = fields.record(path, input, known);
  const limits = readLimits(fields, path, values);
  const amount = (name: string) => fields.amount(at(name), values[name]);
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
        packageSize: fields.positive(at('packageSize'), values['packageSize']),
        packageAmount: amount('packageAmount'),
        packageRounding: given(values['packageRounding'], 'ceil' as const, (value) =>
          fields.choice(at('packageRounding'), value, ['ceil', 'floor'] as const),
        ),
        ...limits,
        ...readUnits(fields, path, values),
      };
    case 'percentage':
      return { model, ...limits, ...readPercentage(fields, path, values) };
    case 'matrix':
      return {
        model,
        rows: fields.list(at('rows'), values['rows'], (field, item) => readRow(fields, field, item)),
        defaultUnitAmount: given(values['defaultUnitAmount'], null, () => amount('defaultUnitAmount')),
        ...limits,
      };
    case 'dynamic':
      return { model, multiplier: given(values['multiplier'], ONE, () => amount('multiplier')), ...limits };
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
    given(values[name], null, (value) => fields.signed(`${path}.${name}`, value));
  return { minimumAmount: limit('minimumAmount'), maximumAmount: limit('maximumAmount') };
}

function readUnits(fields: Fields, path: string, values: Values): Units {
  return {
    conversion: given(values['conversion'], null, (value) =>
      readConversion(fields, `${path}.conversion`, value),
    ),
    includedUnits: given(values['includedUnits'], ZERO, (value) =>
      fields.units(`${path}.includedUnits`, value),
    ),
  };
}

function readConversion(fields: Fields, path: string, input: unknown): Conversion {
  const values = fields.record(path, input, ['multiplyBy', 'divideBy', 'rounding', 'decimals']);
  const { multiplyBy, divideBy, rounding, decimals } = values;
  if ((multiplyBy ?? divideBy ?? null) === null)
    fields.refuse(path, 'A conversion multiplies, divides, or both.');
  return {
    multiplyBy: given(multiplyBy, ONE, (value) => fields.amount(`${path}.multiplyBy`, value)),
    divideBy: given(divideBy, ONE, (value) => fields.positive(`${path}.divideBy`, value)),
    rounding: fields.choice(`${path}.rounding`, rounding, ['none', 'half_away', 'ceil', 'floor']),
    decimals: given(decimals, 0, (value) =>
      fields.integer(`${path}.decimals`, value, [-ROUNDING_DECIMALS_MAX, ROUNDING_DECIMALS_MAX]),
    ),
  };
}

/** Tiers in ascending order without gaps or overlaps: each starts where the one before ends, the last has no end. */
function readTiers<T extends { readonly upTo: Decimal | null }>(
  fields: Fields,
  path: string,
  input: unknown,
  read: (fields: Fields, path: string, input: unknown) => T,
): T[] {
  const tiers = fields.list(`${path}.tiers`, input, (field, item) => read(fields, field, item));
  if (tiers.length === 0) fields.refuse(`${path}.tiers`, 'A tiered price has at least one tier.');
  let before: Decimal | null = null;
  for (const [index, { upTo }] of tiers.entries()) {
    const field = `${path}.tiers[${index}].upTo`;
    const isLast = index === tiers.length - 1;
    if ((upTo === null) !== isLast)
      fields.refuse(field, 'The last tier has no upper bound, all others have one.');
    if (upTo !== null && before !== null && compareDecimal(upTo, before) <= 0)
      fields.refuse(field, 'Each tier ends above the one before it.');
    before = upTo;
  }
  return tiers;
}

function readTier(fields: Fields, path: string, input: unknown): PriceTier {
  const values = fields.record(path, input, [...TIER, 'unitAmount']);
  const unitAmount = given(values['unitAmount'], ZERO, (value) => fields.amount(`${path}.unitAmount`, value));
  return { ...readBound(fields, path, values), unitAmount };
}

function readPercentTier(fields: Fields, path: string, input: unknown): PercentTier {
  const values = fields.record(path, input, [...TIER, 'ratePercent']);
  const ratePercent = fields.amount(`${path}.ratePercent`, values['ratePercent']);
  return { ...readBound(fields, path, values), ratePercent };
}

function readBound(fields: Fields, path: string, values: Values): Omit<PriceTier, 'unitAmount'> {
  return {
    upTo: given(values['upTo'], null, (value) => fields.amount(`${path}.upTo`, value)),
    flatAmount: given(values['flatAmount'], ZERO, (value) => fields.amount(`${path}.flatAmount`, value)),
    flatAtZero: given(values['flatAtZero'], false, (value) => fields.boolean(`${path}.flatAtZero`, value)),
  };
}

function readPercentage(
  fields: Fields,
  path: string,
  values: Values,
): Omit<PercentagePrice, 'model' | keyof Limits> {
  const amount = (name: string) =>
    given(values[name], null, (value) => fields.amount(`${path}.${name}`, value));
  return {
    ratePercent: fields.amount(`${path}.ratePercent`, values['ratePercent']),
    fixedPerEvent: amount('fixedPerEvent') ?? ZERO,
    freeEvents: given(values['freeEvents'], null, (value) =>
      fields.integer(`${path}.freeEvents`, value, [0, Number.MAX_SAFE_INTEGER]),
    ),
    freeAmount: amount('freeAmount'),
    minPerEvent: amount('minPerEvent'),
    maxPerEvent: amount('maxPerEvent'),
  };
}

function readRow(fields: Fields, path: string, input: unknown): MatrixRow {
  const values = fields.record(path, input, ['match', 'unitAmount']);
  return {
    match: fields.texts(`${path}.match`, values['match']),
    unitAmount: fields.amount(`${path}.unitAmount`, values['unitAmount']),
  };
}
