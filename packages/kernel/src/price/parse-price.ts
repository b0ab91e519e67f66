import { unreachable } from '../assert.js';
import { compareDecimal, decimal, type Decimal } from '../number/decimal.js';
import { ROUNDING_DECIMALS_MAX } from '../number/rounding.js';
import { given, type InputReader, type Values } from '../input.js';
import type { Conversion, Limits, PercentTier, Price, PriceTier, QuantityPrice, Units } from './model.js';
import {
  readCommitted,
  readMatrix,
  readPackage,
  readPercentage,
  withoutMinimum,
  type FieldsAt,
} from './parse-models.js';

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
  'commitment',
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
export const TIERS_MAX = 50;

/** Where the fields of a price stand: those of its model, and those that models share. */
export interface PriceFields {
  readonly model: Price['model'];
  readonly own: FieldsAt;
  readonly shared: FieldsAt;
}

/** Reads a price whose quantity is one number, for what bills along the way. */
export function readQuantityPrice(fields: InputReader, path: string, input: unknown): QuantityPrice {
  const price = readPrice(fields, path, input);
  if (isQuantityPrice(price)) return price;
  fields.reject(`${path}.model`, `Give one of ${QUANTITY_MODELS.join(', ')}.`);
  return { model: 'per_unit', unitAmount: ZERO, ...NO_LIMITS, conversion: null, includedUnits: ZERO };
}

const NO_LIMITS: Limits = { minimumAmount: null, maximumAmount: null };

/** Whether a price prices one cumulative quantity. */
export function isQuantityPrice(price: Price): price is QuantityPrice {
  return QUANTITY_MODELS.includes(price.model);
}

/** Reads a price of any model, its fields all in one object. */
export function readPrice(fields: InputReader, path: string, input: unknown): Price {
  const { model: named } = fields.record(path, input, MODEL_FIELDS);
  const model = fields.choice(`${path}.model`, named, MODELS);
  const at = { path, values: fields.record(path, input, KNOWN[model]) };
  return readModel(fields, { model, own: at, shared: at });
}

/** Reads the fields of a model that is known. */
export function readModel(fields: InputReader, { model, own, shared }: PriceFields): Price {
  const { path, values } = own;
  const at = (name: string) => `${path}.${name}`;
  const limits = readLimits(fields, shared);
  const amount = (name: string) => fields.amount(at(name), values[name]);
  switch (model) {
    case 'flat':
      return { model, flatAmount: amount('flatAmount'), ...limits };
    case 'per_unit':
      return { model, unitAmount: amount('unitAmount'), ...limits, ...readUnits(fields, shared) };
    case 'graduated':
    case 'volume':
      return { model, tiers: readTiers(fields, own, readTier), ...limits, ...readUnits(fields, shared) };
    case 'graduated_percentage':
      return {
        model,
        tiers: readTiers(fields, own, readPercentTier),
        ...limits,
        ...readUnits(fields, shared),
      };
    case 'package':
      return { model, ...readPackage(fields, own), ...limits, ...readUnits(fields, shared) };
    case 'percentage':
      return { model, ...limits, ...readPercentage(fields, own) };
    case 'matrix':
      return { model, ...readMatrix(fields, own), ...limits };
    case 'dynamic':
      return { model, multiplier: given(values['multiplier'], ONE, () => amount('multiplier')), ...limits };
    case 'commitment':
      return { model, ...readCommitted(fields, own), ...withoutMinimum(fields, shared, limits) };
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
  commitment: [...LIMITS, 'committedQuantity', 'window', 'unitAmount', 'overageFactor', 'trueUp'],
};
const MODEL_FIELDS = [...new Set(Object.values(KNOWN).flat())];

function readLimits(fields: InputReader, { path, values }: FieldsAt): Limits {
  const limit = (name: string) =>
    given(values[name], null, (value) => fields.signed(`${path}.${name}`, value));
  return { minimumAmount: limit('minimumAmount'), maximumAmount: limit('maximumAmount') };
}

function readUnits(fields: InputReader, { path, values }: FieldsAt): Units {
  return {
    conversion: given(values['conversion'], null, (value) =>
      readConversion(fields, `${path}.conversion`, value),
    ),
    includedUnits: given(values['includedUnits'], ZERO, (value) =>
      fields.units(`${path}.includedUnits`, value),
    ),
  };
}

function readConversion(fields: InputReader, path: string, input: unknown): Conversion {
  const values = fields.record(path, input, ['multiplyBy', 'divideBy', 'rounding', 'decimals']);
  const { multiplyBy, divideBy, rounding, decimals } = values;
  if ((multiplyBy ?? divideBy ?? null) === null) fields.reject(path, 'Give multiplyBy, divideBy or both.');
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
  fields: InputReader,
  { path, values }: FieldsAt,
  readOne: (fields: InputReader, path: string, input: unknown) => T,
): T[] {
  const tiers = fields.list(`${path}.tiers`, values['tiers'], (field, item) => readOne(fields, field, item));
  if (tiers.length === 0 || tiers.length > TIERS_MAX)
    fields.reject(`${path}.tiers`, `Give 1 to ${TIERS_MAX} tiers.`);
  let before: Decimal | null = null;
  for (const [index, { upTo }] of tiers.entries()) {
    const field = `${path}.tiers[${index}].upTo`;
    const isLast = index === tiers.length - 1;
    if ((upTo === null) !== isLast)
      fields.reject(field, 'Give every tier but the last an upper bound, and the last one none.');
    if (upTo !== null && before !== null && compareDecimal(upTo, before) <= 0)
      fields.reject(field, 'Let each tier end above the one before it.');
    before = upTo;
  }
  return tiers;
}

function readTier(fields: InputReader, path: string, input: unknown): PriceTier {
  const values = fields.record(path, input, [...TIER, 'unitAmount']);
  const unitAmount = given(values['unitAmount'], ZERO, (value) => fields.amount(`${path}.unitAmount`, value));
  return { ...readBound(fields, path, values), unitAmount };
}

function readPercentTier(fields: InputReader, path: string, input: unknown): PercentTier {
  const values = fields.record(path, input, [...TIER, 'ratePercent']);
  const ratePercent = fields.amount(`${path}.ratePercent`, values['ratePercent']);
  return { ...readBound(fields, path, values), ratePercent };
}

function readBound(fields: InputReader, path: string, values: Values): Omit<PriceTier, 'unitAmount'> {
  return {
    upTo: given(values['upTo'], null, (value) => fields.amount(`${path}.upTo`, value)),
    flatAmount: given(values['flatAmount'], ZERO, (value) => fields.amount(`${path}.flatAmount`, value)),
    flatAtZero: given(values['flatAtZero'], false, (value) => fields.boolean(`${path}.flatAtZero`, value)),
  };
}
