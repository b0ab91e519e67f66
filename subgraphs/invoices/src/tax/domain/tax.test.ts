import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCurrency, type Currency } from '@tollgate/kernel/money/currency';
import { decimal } from '@tollgate/kernel/number/decimal';
import { fromMajor, majorAmount, money } from '@tollgate/kernel/money/money';
import { exclusiveTax } from './tax.js';

interface GoldenCase {
  readonly id: string;
  readonly title: string;
  readonly currency: string;
  readonly input: {
    lines: readonly { id: string; amount: string; taxes?: readonly string[] }[];
    taxRates?: readonly { percent: string; inclusive?: boolean }[];
  };
  readonly expected: { tax: string; lines?: readonly { tax: string }[] };
}

const cases = JSON.parse(
  readFileSync(new URL('../../../../../test/golden/cases/invoice.json', import.meta.url), 'utf8'),
) as readonly GoldenCase[];
/** Cases of one exclusive rate on every line and nothing else. */
const covered = cases.filter(
  ({ input }) =>
    Object.keys(input).every((key) => ['lines', 'taxRates'].includes(key)) &&
    input.taxRates?.length === 1 &&
    !input.taxRates[0]?.inclusive &&
    input.lines.every((line) => line.taxes?.length === 1),
);

test('there are golden invoices of one exclusive rate', () => {
  expect(covered.length).toBeGreaterThanOrEqual(3);
});

test.each(covered.map((one) => [one.id, one.title, one] as const))('%s: %s', (_id, _title, golden) => {
  const currency = currencyOf(golden.currency);
  const amounts = golden.input.lines.map(({ amount }) => {
    const exact = fromMajor(decimal(amount), currency);
    if (exact === null) throw new Error(`${amount} is finer than ${currency}`);
    return exact.minor;
  });
  const { tax, parts } = exclusiveTax(amounts, decimal(golden.input.taxRates?.[0]?.percent ?? '0'), currency);
  expect(majorAmount(tax)).toBe(decimal(golden.expected.tax));
  const shown = parts.map((minor) => majorAmount(money(minor, currency)));
  if (golden.expected.lines) expect(shown).toEqual(golden.expected.lines.map((line) => decimal(line.tax)));
});

test('the lines share the tax to the last cent, whatever their signs', () => {
  const line = fc.bigInt({ min: -100_000n, max: 10_000_000n });
  const percent = fc.integer({ min: 0, max: 30_000 }).map((n) => decimal((n / 1_000).toFixed(3)));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 40 }), percent, (lines, rate) => {
      const { tax, parts } = exclusiveTax(lines, rate, currencyOf('USD'));
      expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(tax.minor);
    }),
  );
});

test('tax is rounded once over the sum, not per line', () => {
  const { tax, parts } = exclusiveTax([10n, 10n, 10n], decimal('19'), currencyOf('EUR'));
  expect(tax.minor).toBe(6n);
  expect(parts).toEqual([2n, 2n, 2n]);
  expect(exclusiveTax([3n, 3n, 3n], decimal('19'), currencyOf('EUR')).parts).toEqual([1n, 1n, 0n]);
});

function currencyOf(code: string): Currency {
  const currency = parseCurrency(code);
  if (currency === null) throw new Error(`no currency: ${code}`);
  return currency;
}
