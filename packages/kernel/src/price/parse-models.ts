import { decimal } from '../number/decimal.js';
import { given, type InputReader, type Values } from '../input.js';
import { COMMITMENT_WINDOWS, type CommitmentPrice, type Limits, type MatrixRow } from './model.js';

/** Where fields of a price stand. */
export interface FieldsAt {
  readonly path: string;
  readonly values: Values;
}

const ZERO = decimal('0');
const ONE = decimal('1');
const ROWS_MAX = 10_000;

/** Packages of units. */
export function readPackage(fields: InputReader, { path, values }: FieldsAt) {
  return {
    packageSize: fields.positive(`${path}.packageSize`, values['packageSize']),
    packageAmount: fields.amount(`${path}.packageAmount`, values['packageAmount']),
    packageRounding: given(values['packageRounding'], 'ceil' as const, (value) =>
      fields.choice(`${path}.packageRounding`, value, ['ceil', 'floor'] as const),
    ),
  };
}

/** Amounts by dimensions. */
export function readMatrix(fields: InputReader, { path, values }: FieldsAt) {
  const rows = fields.list(`${path}.rows`, values['rows'], (field, item) => readRow(fields, field, item));
  if (rows.length > ROWS_MAX) fields.reject(`${path}.rows`, `Give at most ${ROWS_MAX} rows.`);
  const defaultUnitAmount = given(values['defaultUnitAmount'], null, (value) =>
    fields.amount(`${path}.defaultUnitAmount`, value),
  );
  return { rows, defaultUnitAmount };
}

/** A part of the amount of each event. */
export function readPercentage(fields: InputReader, { path, values }: FieldsAt) {
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

/** Units that windows are committed to. */
export function readCommitted(
  fields: InputReader,
  { path, values }: FieldsAt,
): Omit<CommitmentPrice, 'model' | keyof Limits> {
  return {
    committedQuantity: fields.positive(`${path}.committedQuantity`, values['committedQuantity']),
    window: given(values['window'], 'period' as const, (value) =>
      fields.choice(`${path}.window`, value, COMMITMENT_WINDOWS),
    ),
    unitAmount: fields.amount(`${path}.unitAmount`, values['unitAmount']),
    overageFactor: given(values['overageFactor'], ONE, (value) =>
      fields.amount(`${path}.overageFactor`, value),
    ),
    trueUp: given(values['trueUp'], false, (value) => fields.boolean(`${path}.trueUp`, value)),
  };
}

/** What a commitment comes to at least is its true-up. */
export function withoutMinimum(fields: InputReader, { path }: FieldsAt, limits: Limits): Limits {
  if (limits.minimumAmount !== null)
    fields.reject(`${path}.minimumAmount`, 'Leave this out: set trueUp, which charges what is not used.');
  return { ...limits, minimumAmount: null };
}

function readRow(fields: InputReader, path: string, input: unknown): MatrixRow {
  const values = fields.record(path, input, ['match', 'unitAmount']);
  return {
    match: fields.texts(`${path}.match`, values['match']),
    unitAmount: fields.amount(`${path}.unitAmount`, values['unitAmount']),
  };
}
