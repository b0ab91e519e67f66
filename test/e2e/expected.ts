import { readFileSync } from 'node:fs';

/**
 * What the demo must come to, computed from the file alone: none of the product's code is used here, and the
 * arithmetic is done in integers of 10^-9 dollars.
 */
export interface ExpectedCustomer {
  readonly index: number;
  readonly country: string;
  readonly inputTokens: bigint;
  readonly outputTokens: bigint;
  readonly inputMinor: bigint;
  readonly outputMinor: bigint;
  /** Fee of the first period, and its invoice's tax. */
  readonly first: { readonly subtotal: bigint; readonly tax: bigint };
  /** Usage of the first period and fee of the second. */
  readonly second: { readonly subtotal: bigint; readonly tax: bigint };
}

const CUSTOMERS = 8;
const GERMAN = new Set([3, 6]);
const FEE_MINOR = 2_000n;
const NANO_PER_MINOR = 10_000_000n;

export function expectedFrom(csv: string): ExpectedCustomer[] {
  const rows = csv
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','));
  return Array.from({ length: CUSTOMERS }, (_, position) => {
    const own = rows.filter((_row, row) => row % CUSTOMERS === position);
    return customer(position + 1, sum(own, 1), sum(own, 2));
  });
}

export function expectedFromFile(path: string): ExpectedCustomer[] {
  return expectedFrom(readFileSync(path, 'utf8'));
}

function customer(index: number, inputTokens: bigint, outputTokens: bigint): ExpectedCustomer {
  const country = GERMAN.has(index) ? 'DE' : 'US';
  // 0.0000015 dollars are 1,500 nano-dollars.
  const inputMinor = cents(most(inputTokens - 1_000_000n, 0n) * 1_500n);
  const outputMinor = cents(
    between(outputTokens, 0n, 20_000n) * 10_000n +
      between(outputTokens, 20_000n, 200_000n) * 8_000n +
      most(outputTokens - 200_000n, 0n) * 6_000n,
  );
  const first = taxed(FEE_MINOR, country);
  const second = taxed(inputMinor + outputMinor + FEE_MINOR, country);
  return { index, country, inputTokens, outputTokens, inputMinor, outputMinor, first, second };
}

function taxed(subtotal: bigint, country: string) {
  // Half away from zero: all amounts here are positive.
  return { subtotal, tax: country === 'DE' ? (subtotal * 19n * 2n + 100n) / 200n : 0n };
}

function cents(nano: bigint): bigint {
  return (nano * 2n + NANO_PER_MINOR) / (NANO_PER_MINOR * 2n);
}

function between(value: bigint, from: bigint, to: bigint): bigint {
  return most((value < to ? value : to) - from, 0n);
}

function most(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

function sum(rows: readonly string[][], column: number): bigint {
  return rows.reduce((total, row) => total + BigInt(row[column] ?? '0'), 0n);
}
