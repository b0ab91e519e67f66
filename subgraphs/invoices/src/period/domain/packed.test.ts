import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { basisOf, perUnit, usageCharge } from '../../../test/charges.js';
import { LINES_MAX } from '../../invoice/domain/basis.js';
import { compute } from '../../invoice/domain/computation.js';
import { packed } from './packed.js';

const linesOf = (lines: number) => lines;
const sumOf = (group: readonly number[]) => group.reduce((sum, lines) => sum + lines, 0);

test('what shares an invoice has room on it, all is on one of them, and in its order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(12)), fc.integer({ min: 1, max: 10 }), (items, linesMax) => {
      const groups = packed(items, { linesMax, linesOf });
      expect(groups.flat()).toEqual(items);
      for (const group of groups) expect(group.length === 1 || sumOf(group) <= linesMax).toBe(true);
      // No group has room for what the next one begins with.
      for (const [index, group] of groups.entries()) {
        const next = groups[index + 1]?.[0];
        if (next !== undefined) expect(sumOf(group) + next).toBeGreaterThan(linesMax);
      }
    }),
  );
});

test('eleven subscriptions to 5,000 prices are two invoices', () => {
  const groups = packed(new Array<number>(11).fill(5_000), { linesMax: LINES_MAX, linesOf });
  expect(groups.map(({ length }) => length)).toEqual([10, 1]);
});

test('an invoice of 10,000 lines comes to their sum, with the tax of each', () => {
  const charges = Array.from({ length: 10_000 }, (_, n) =>
    usageCharge(`m${n}`, perUnit('0.01'), String(n + 1)),
  );
  const { lines, totals } = compute(basisOf(charges));
  expect(lines).toHaveLength(10_000);
  expect(totals).toMatchObject({ subtotalMinor: 50_005_000n, taxMinor: 9_500_950n });
  expect(lines.at(-1)).toMatchObject({ quantity: decimal('10000'), amountMinor: 10_000n });
});
