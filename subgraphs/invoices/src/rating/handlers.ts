import { unreachable } from '@tollgate/kernel/assert';
import { parseCurrency } from '@tollgate/kernel/money/currency';
import { fromRational } from '@tollgate/kernel/number/decimal';
import type { InvalidInput } from '@tollgate/kernel/price/fields';
import type { Price } from '@tollgate/kernel/price/model';
import { parsePriceCase } from './domain/parse.js';
import { ratePrice } from './domain/rate.js';
import type {
  DimensionInput,
  EstimatedPriceInput,
  EstimatePriceInput,
  MatrixPriceInput,
} from '../generated/graphql.js';
import { moneyView } from './view.js';

/** A price case as the domain reads it, or the field that keeps it from being one. */
type Asked =
  { readonly ok: true; readonly value: object } | { readonly ok: false; readonly fault: InvalidInput };

const MODELS = {
  flat: 'flat',
  perUnit: 'per_unit',
  graduated: 'graduated',
  volume: 'volume',
  package: 'package',
  percentage: 'percentage',
  graduatedPercentage: 'graduated_percentage',
  matrix: 'matrix',
  dynamic: 'dynamic',
} as const satisfies Partial<Record<keyof EstimatedPriceInput, Price['model']>>;
type ModelField = keyof typeof MODELS;
const MODEL_FIELDS = Object.keys(MODELS) as readonly ModelField[];
const COMMON = ['conversion', 'includedUnits', 'minimumAmount', 'maximumAmount'];

/** The answer to `estimatePrice`: GraphQL's input in the domain's words, and the domain's answer in GraphQL's. */
export function estimatePrice(input: EstimatePriceInput) {
  const currency = parseCurrency(input.currency);
  if (currency === null) return invalid('input.currency', 'This is no ISO 4217 currency with a minor unit.');
  const given = MODEL_FIELDS.filter((name) => (input.price[name] ?? null) !== null);
  const [model] = given;
  if (model === undefined || given.length > 1)
    return invalid('input.price', `Exactly one of ${MODEL_FIELDS.join(', ')} is given.`);
  const asked = askedOf(input, model);
  if (!asked.ok) return shown(asked.fault);
  const parsed = parsePriceCase(asked.value);
  if (!parsed.ok) return shown({ ...parsed.rejection, field: fieldShown(parsed.rejection.field, model) });
  const rated = ratePrice(parsed.value, currency);
  if ('reason' in rated) {
    const field = `input.usage[${rated.index}]`;
    return { __typename: 'NoMatrixPrice' as const, message: rated.message, field };
  }
  return {
    __typename: 'PriceEstimate' as const,
    amount: moneyView(rated.minor, currency),
    exactAmount: fromRational(rated.exact),
    tiers: rated.tiers.map(({ tier, quantity, usage, flat }) => ({
      tier,
      quantity: fromRational(quantity),
      usageAmount: fromRational(usage),
      flatAmount: fromRational(flat),
    })),
  };
}

function askedOf(
  { currency: _currency, price, usage, ...rest }: EstimatePriceInput,
  model: ModelField,
): Asked {
  const fields = modelFields(price, model);
  if (!fields.ok) return fields;
  const entries = named(usage ?? [], ({ dimensions, ...entry }, index) => {
    const read = dimensionsOf(dimensions, `input.usage[${index}].dimensions`);
    return read.ok ? { ok: true, value: { ...entry, dimensions: read.value } } : read;
  });
  if (!entries.ok) return entries;
  const { conversion, includedUnits, minimumAmount, maximumAmount } = price;
  const units = conversion ? { ...conversion, rounding: conversion.rounding.toLowerCase() } : null;
  const common = { conversion: units && present(units), includedUnits, minimumAmount, maximumAmount };
  const value = {
    ...present(rest),
    ...(usage ? { usage: entries.value } : {}),
    price: { model: MODELS[model], ...present(common), ...fields.value },
  };
  return { ok: true, value };
}

/** The fields of the one model that was given. */
function modelFields(price: EstimatedPriceInput, model: ModelField): Asked {
  switch (model) {
    case 'flat':
    case 'perUnit':
    case 'graduated':
    case 'volume':
    case 'percentage':
    case 'graduatedPercentage':
    case 'dynamic':
      return { ok: true, value: present(price[model] ?? {}) };
    case 'package': {
      const rounding = price.package?.packageRounding?.toLowerCase();
      return { ok: true, value: present({ ...price.package, packageRounding: rounding }) };
    }
    case 'matrix':
      return matrixFields(price.matrix ?? { rows: [], defaultUnitAmount: null });
    default:
      return unreachable(model);
  }
}

function matrixFields({ rows, ...rest }: MatrixPriceInput): Asked {
  const read = named(rows, ({ match, unitAmount }, index) => {
    const dimensions = dimensionsOf(match, `input.price.matrix.rows[${index}].match`);
    return dimensions.ok ? { ok: true, value: { match: dimensions.value, unitAmount } } : dimensions;
  });
  return read.ok ? { ok: true, value: { ...present(rest), rows: read.value } } : read;
}

/** A list of named values as an object; a name that comes twice has no meaning. */
function dimensionsOf(list: readonly DimensionInput[], field: string): Asked {
  const values = new Map(list.map(({ name, value }) => [name, value]));
  if (values.size === list.length) return { ok: true, value: Object.fromEntries(values) };
  return { ok: false, fault: { reason: 'InvalidInput', field, message: 'Each dimension is named once.' } };
}

function named<T>(
  list: readonly T[],
  read: (item: T, index: number) => Asked,
): Asked & ({ readonly ok: true; readonly value: readonly object[] } | { readonly ok: false }) {
  const values: object[] = [];
  for (const [index, item] of list.entries()) {
    const result = read(item, index);
    if (!result.ok) return result;
    values.push(result.value);
  }
  return { ok: true, value: values };
}

/** What is null in GraphQL is absent. */
function present(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => (value ?? null) !== null));
}

/** Models are fields of their own here: `input.price.tiers[0]` is `input.price.graduated.tiers[0]`. */
function fieldShown(field: string, model: ModelField): string {
  const [, name = ''] = /^input\.price\.(\w+)/.exec(field) ?? [];
  return name === '' || COMMON.includes(name) ? field : field.replace('price.', `price.${model}.`);
}

function shown({ field, message }: InvalidInput) {
  return invalid(field, message);
}

function invalid(field: string, message: string) {
  return { __typename: 'InvalidInput' as const, field, message };
}
