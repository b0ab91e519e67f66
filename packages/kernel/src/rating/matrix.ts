import type { Decimal } from '../number/decimal.js';
import type { DimensionedUsage, MatrixPrice, MatrixRow } from '../price/model.js';
import { commonScale, unitsOf, type Ratio } from './ratio.js';

/** No row matches this entry of the usage, and the price has no default. */
export interface NoMatrixPrice {
  readonly reason: 'NoMatrixPrice';
  readonly message: string;
  /** Index of the entry, from 0. */
  readonly index: number;
}

/** Most comparisons of one pricing: some ten milliseconds. */
export const MATRIX_STEPS_MAX = 100_000;
const NAMED_CHARS_MAX = 200;

/** The exact price of usage by dimensions, before maximum and minimum; negative quantities cost nothing. */
export function matrixAmount(price: MatrixPrice, usage: readonly DimensionedUsage[]): Ratio | NoMatrixPrice {
  const choose = unitAmounts(price);
  const quantityScale = commonScale(usage.map(({ quantity }) => quantity));
  const amountScale = commonScale([
    ...price.rows.map((row) => row.unitAmount),
    price.defaultUnitAmount ?? '0',
  ]);
  let total = 0n;
  for (const [index, { dimensions, quantity }] of usage.entries()) {
    const unitAmount = choose(dimensions);
    if (unitAmount === null) return noPrice(index, dimensions);
    const units = unitsOf(quantity, quantityScale);
    if (units > 0n) total += units * unitsOf(unitAmount, amountScale);
  }
  return { n: total, d: 10n ** BigInt(quantityScale + amountScale) };
}

/** How many comparisons pricing takes at most: each entry is looked up once for each set of dimensions that rows name. */
export function matrixSteps({ rows }: MatrixPrice, usage: readonly DimensionedUsage[]): number {
  let names = 0;
  for (const set of byNames(rows).values()) names += set.names.length + 1;
  return names * usage.length;
}

type Dimensions = DimensionedUsage['dimensions'];

/** Rows that name the same dimensions. */
interface RowSet {
  readonly names: readonly string[];
  readonly rows: readonly MatrixRow[];
}

/** A memo and no state: a price that is asked again is not prepared again. */
const PREPARED = new WeakMap<MatrixPrice, (dimensions: Dimensions) => Decimal | null>();

/** The amount of a unit by its dimensions; null where no row matches and the price has no default. */
export function unitAmounts(price: MatrixPrice): (dimensions: Dimensions) => Decimal | null {
  const known = PREPARED.get(price);
  if (known !== undefined) return known;
  const choose = chooser(price);
  PREPARED.set(price, choose);
  return choose;
}

/** The matching row with the most keys wins, then the earlier one. */
function chooser({ rows, defaultUnitAmount }: MatrixPrice): (dimensions: Dimensions) => Decimal | null {
  const places = new Map(rows.map((row, place) => [row, place]));
  const values = new ValueIds();
  const sets = [...byNames(rows).values()]
    .map(({ names, rows: own }) => ({ names, rowOf: firstOf(own, (row) => values.learn(names, row.match)) }))
    .sort((a, b) => b.names.length - a.names.length);
  return (dimensions) => {
    const known = values.of(dimensions);
    let found: MatrixRow | undefined;
    for (const { names, rowOf } of sets) {
      if (found !== undefined && names.length < Object.keys(found.match).length) break;
      const row = rowOf.get(keyOf(names, known));
      if (row !== undefined && (found === undefined || (places.get(row) ?? 0) < (places.get(found) ?? 0)))
        found = row;
    }
    return found?.unitAmount ?? defaultUnitAmount;
  };
}

function byNames(rows: readonly MatrixRow[]): ReadonlyMap<string, RowSet> {
  const sets = new Map<string, { readonly names: readonly string[]; readonly rows: MatrixRow[] }>();
  for (const row of rows) {
    const names = Object.keys(row.match).sort();
    const key = JSON.stringify(names);
    const set = sets.get(key);
    if (set === undefined) sets.set(key, { names, rows: [row] });
    else set.rows.push(row);
  }
  return sets;
}

function firstOf(rows: readonly MatrixRow[], keyOfRow: (row: MatrixRow) => string): Map<string, MatrixRow> {
  const first = new Map<string, MatrixRow>();
  for (const row of rows) {
    const key = keyOfRow(row);
    if (!first.has(key)) first.set(key, row);
  }
  return first;
}

/** Numbers for the values that rows name, so that a long text is looked at once for an entry and not once for a row. */
class ValueIds {
  readonly #ids = new Map<string, Map<string, number>>();

  /** The key of a row, whose values are known from now on. */
  learn(names: readonly string[], match: Dimensions): string {
    for (const name of names) {
      const ids = this.#ids.get(name) ?? new Map<string, number>();
      this.#ids.set(name, ids);
      const value = match[name] ?? '';
      if (!ids.has(value)) ids.set(value, ids.size);
    }
    return keyOf(names, this.of(match));
  }

  /** The numbers of an entry's values; a value that no row names has none. */
  of(dimensions: Dimensions): ReadonlyMap<string, number> {
    const known = new Map<string, number>();
    for (const [name, value] of Object.entries(dimensions)) {
      const id = this.#ids.get(name)?.get(value);
      if (id !== undefined) known.set(name, id);
    }
    return known;
  }
}

/** The values of some dimensions as one key; a key of none where one of them is unknown. */
function keyOf(names: readonly string[], known: ReadonlyMap<string, number>): string {
  let key = '';
  for (const name of names) {
    const id = known.get(name);
    if (id === undefined) return UNKNOWN;
    key += `${id},`;
  }
  return key;
}

const UNKNOWN = '?';

function noPrice(index: number, dimensions: Dimensions): NoMatrixPrice {
  const named = Object.entries(dimensions).map(([key, value]) => `${key} ${value}`);
  const shown = named.join(', ').slice(0, NAMED_CHARS_MAX);
  return {
    reason: 'NoMatrixPrice',
    message: `There is no price for ${shown || 'usage without dimensions'}.`,
    index,
  };
}
