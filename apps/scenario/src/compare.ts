/** Where an answer is not what was expected. */
export interface Difference {
  /** `[0].lines[1].amount`; empty where the whole answer differs. */
  readonly path: string;
  readonly expected: unknown;
  readonly got: unknown;
}

/**
 * Compares as the format says: every key of what is expected must match, other keys are not compared; lists match in
 * length and order; decimals compare as numbers and instants as points in time; null means that there is none.
 */
export function differencesOf(expected: unknown, got: unknown, path = ''): Difference[] {
  if (Array.isArray(expected)) return listDifferences(expected, got, path);
  if (isObject(expected)) return objectDifferences(expected, got, path);
  return sameValue(expected, got) ? [] : [{ path, expected, got }];
}

function listDifferences(expected: readonly unknown[], got: unknown, path: string): Difference[] {
  if (!Array.isArray(got)) return [{ path, expected, got }];
  const length =
    expected.length === got.length
      ? []
      : [{ path: `${path}.length`, expected: expected.length, got: got.length }];
  const common = expected.slice(0, got.length);
  return [
    ...length,
    ...common.flatMap((item, index) => differencesOf(item, got[index], `${path}[${index}]`)),
  ];
}

function objectDifferences(
  expected: Readonly<Record<string, unknown>>,
  got: unknown,
  path: string,
): Difference[] {
  if (!isObject(got)) return [{ path, expected, got }];
  return Object.entries(expected).flatMap(([key, value]) =>
    differencesOf(value, got[key], path === '' ? key : `${path}.${key}`),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const DECIMAL = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

function sameValue(expected: unknown, got: unknown): boolean {
  if (typeof expected !== 'string' || typeof got !== 'string') return expected === got;
  if (expected === got) return true;
  if (INSTANT.test(expected) && INSTANT.test(got)) return Date.parse(expected) === Date.parse(got);
  const number = decimalOf(expected);
  return number !== null && number === decimalOf(got);
}

/** A decimal without what does not change its value, so that equal numbers are equal texts; null if it is none. */
function decimalOf(text: string): string | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = fraction === '' ? whole : `${whole}.${fraction}`;
  return digits === '0' ? '0' : `${sign}${digits}`;
}
