import type { Decimal } from '@tollgate/kernel/number/decimal';
import type { DimensionedUsage, MatrixPrice, MatrixRow } from '@tollgate/kernel/price/model';
import { commonScale, unitsOf, type Ratio } from './ratio.js';

/** No row matches this entry of the usage, and the price has no default. */
export interface NoMatrixPrice {
  readonly reason: 'NoMatrixPrice';
  readonly message: string;
  /** Index of the entry, from 0. */
  readonly index: number;
}

/** The exact price of usage by dimensions, before maximum and minimum; negative quantities cost nothing. */
export function matrixAmount(price: MatrixPrice, usage: readonly DimensionedUsage[]): Ratio | NoMatrixPrice {
  const choose = chooser(price);
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

type Dimensions = DimensionedUsage['dimensions'];

/** The matching row with the most keys wins, then the earlier one. */
function chooser({ rows, defaultUnitAmount }: MatrixPrice): (dimensions: Dimensions) => Decimal | null {
  const keysOf = ({ match }: MatrixRow) => Object.keys(match).length;
  const ranked = [...rows].sort((a, b) => keysOf(b) - keysOf(a));
  return (dimensions) => ranked.find((row) => matches(row, dimensions))?.unitAmount ?? defaultUnitAmount;
}

function matches({ match }: MatrixRow, dimensions: Dimensions): boolean {
  return Object.entries(match).every(
    ([key, value]) => Object.hasOwn(dimensions, key) && dimensions[key] === value,
  );
}

function noPrice(index: number, dimensions: Dimensions): NoMatrixPrice {
  const named = Object.entries(dimensions).map(([key, value]) => `${key} ${value}`);
  return {
    reason: 'NoMatrixPrice',
    message: `There is no price for ${named.join(', ') || 'usage without dimensions'}.`,
    index,
  };
}
