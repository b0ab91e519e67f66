import { given, type InputReader, type Values } from '../input.js';
import { decimal } from '../number/decimal.js';
import type { Price } from './model.js';
import { readModel } from './parse-price.js';

/** A price as the API takes it: the fields of exactly one model under its name, and beside it what models share. */
export type PriceInput = Values;

/** The models under the names that the API gives them. */
export const MODEL_NAMES = {
  flat: 'flat',
  perUnit: 'per_unit',
  graduated: 'graduated',
  volume: 'volume',
  package: 'package',
  percentage: 'percentage',
  graduatedPercentage: 'graduated_percentage',
  matrix: 'matrix',
  dynamic: 'dynamic',
  commitment: 'commitment',
} as const satisfies Readonly<Record<string, Price['model']>>;

export type ModelName = keyof typeof MODEL_NAMES;

const NAMES = Object.keys(MODEL_NAMES) as readonly ModelName[];
const LIMITS = ['minimumAmount', 'maximumAmount'];
const UNITS = ['conversion', 'includedUnits'];
const WITHOUT_UNITS: readonly ModelName[] = ['flat', 'percentage', 'matrix', 'dynamic', 'commitment'];
const NOTHING: Price = {
  model: 'flat',
  flatAmount: decimal('0'),
  minimumAmount: null,
  maximumAmount: null,
};

/** The price that an input describes; what makes no sense is named by its path in the input. */
export function readPriceInput(fields: InputReader, path: string, input: PriceInput): Price {
  const named = NAMES.filter((name) => given(input[name], false, () => true));
  const [name] = named;
  if (name === undefined || named.length > 1) {
    fields.reject(path, `Give exactly one of ${NAMES.join(', ')}.`);
    return NOTHING;
  }
  const own = { path: `${path}.${name}`, values: ownFields(fields, `${path}.${name}`, input[name]) };
  return readModel(fields, {
    model: MODEL_NAMES[name],
    own,
    shared: { path, values: sharedFields(fields, { path, name, input }) },
  });
}

/** The fields of the model: enumerations in small letters, dimensions as one object. */
function ownFields(fields: InputReader, path: string, input: unknown): Values {
  const values = objectOf(input);
  const packageRounding = lowerCase(values['packageRounding'] ?? null);
  const rows = given(values['rows'], null, (list) =>
    fields.list(`${path}.rows`, list, (field, row) => {
      const { match, ...rest } = objectOf(row);
      return { ...rest, match: readDimensions(fields, `${field}.match`, match) };
    }),
  );
  return { ...values, packageRounding, rows, window: lowerCase(values['window'] ?? null) };
}

interface Shared {
  readonly path: string;
  readonly name: ModelName;
  readonly input: PriceInput;
}

function sharedFields(fields: InputReader, { path, name, input }: Shared): Values {
  const known = WITHOUT_UNITS.includes(name) ? LIMITS : [...LIMITS, ...UNITS];
  const stranger = [...LIMITS, ...UNITS].find(
    (field) => given(input[field], false, () => true) && !known.includes(field),
  );
  if (stranger !== undefined)
    fields.reject(`${path}.${stranger}`, `Leave this out: ${name} does not take it.`);
  const conversion = given(input['conversion'], null, (some) => {
    const values = objectOf(some);
    return { ...values, rounding: given(values['rounding'], null, lowerCase) };
  });
  return { ...input, ...(conversion && { conversion }) };
}

/** A list of named values as one object; each name comes once. */
export function readDimensions(
  fields: InputReader,
  path: string,
  list: unknown,
): Readonly<Record<string, string>> {
  const entries = fields.list(path, list, (field, item): [string, string] => {
    const { name, value } = objectOf(item);
    return [fields.rawText(`${field}.name`, name), fields.rawText(`${field}.value`, value)];
  });
  const values = new Map(entries);
  if (values.size < entries.length) fields.reject(path, 'Name each dimension once.');
  return Object.fromEntries(values);
}

function objectOf(value: unknown): Values {
  return typeof value === 'object' && value !== null ? (value as Values) : {};
}

function lowerCase(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
