import { fromDecimal, compare, type Rational } from '@tollgate/kernel/number/rational';
import { roundTo } from '@tollgate/kernel/number/rounding';

const DECIMAL_TEXT = /^-?\d{1,200}(?:\.\d{1,50})?$/;
/** Exact results are shown with at most so many decimals. */
const EXACT_DECIMALS_MAX = 12;

/**
 * Where a result first differs from what was expected, as a path (`lines[1].tax`); null if it does not. Keys that
 * are not expected are not compared, decimals compare as numbers, everything else as it is.
 */
export function difference(expected: unknown, got: unknown, path = ''): string | null {
  if (Array.isArray(expected)) return listDifference(expected, got, path);
  if (typeof expected === 'object' && expected !== null) return objectDifference(expected, got, path);
  return equal(expected, got) ? null : path || 'the result';
}

function listDifference(expected: readonly unknown[], got: unknown, path: string): string | null {
  if (!Array.isArray(got)) return path || 'the result';
  if (got.length !== expected.length) return `${path}.length`;
  return firstDifference(
    expected.map((item, index) => difference(item, got[index] as unknown, `${path}[${index}]`)),
  );
}

function objectDifference(expected: object, got: unknown, path: string): string | null {
  if (typeof got !== 'object' || got === null || Array.isArray(got)) return path || 'the result';
  const known = new Map(Object.entries(got));
  return firstDifference(
    Object.entries(expected).map(([key, value]) =>
      difference(value, known.get(key), path === '' ? key : `${path}.${key}`),
    ),
  );
}

function firstDifference(differences: readonly (string | null)[]): string | null {
  return differences.find((found) => found !== null) ?? null;
}

function equal(expected: unknown, got: unknown): boolean {
  if (expected === got) return true;
  const [a, b] = [shown(expected), shown(got)];
  return a !== null && b !== null && compare(a, b) === 0;
}

function shown(value: unknown): Rational | null {
  if (typeof value !== 'string' || !DECIMAL_TEXT.test(value)) return null;
  return roundTo(fromDecimal(value), EXACT_DECIMALS_MAX);
}
