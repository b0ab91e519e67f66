import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '@tollgate/kernel/number/decimal';
import { addSeconds } from '@tollgate/kernel/time/time';
import { billed, MAY, type Bought, type Changed } from '../../../test/billing-story.js';
import type { Invoice } from '../../invoice/domain/state.js';

const SECONDS = 31 * 86_400;
const amount = fc.integer({ min: 0, max: 1_000_000 }).map((cents) => `${cents / 100}`);
const bought: fc.Arbitrary<Bought> = fc.record({
  base: amount,
  seat: amount,
  quantity: fc.integer({ min: 1, max: 500 }).map(String),
});
const at = fc.integer({ min: 0, max: SECONDS - 1 }).map((seconds) => addSeconds(MAY.from, seconds));
const grain = fc.constantFrom('day' as const, 'second' as const, 'thirty_day' as const);
const change: fc.Arbitrary<Changed> = fc.record({
  at,
  bought,
  grain,
  of: fc.constantFrom('fees' as const, null),
});
const history = fc
  .array(change, { maxLength: 5 })
  .map((changes) => [...changes].sort((a, b) => (a.at < b.at ? -1 : 1)));
const totalOf = (invoices: readonly Invoice[]) =>
  invoices.reduce((sum, { totals }) => sum + totals.totalMinor, 0n);
const coupon = (percent: number) => ({
  ...({ id: 'cpa_1', target: 'subscription', keys: [], subscriptionId: 'sub_1' } as const),
  value: { percent: decimal(`${percent}`) },
});

test('a change and its way back at one instant net to zero, whatever was changed before', () => {
  fc.assert(
    fc.property(fc.tuple(bought, history, bought, at, grain), ([first, before, other, when, by]) => {
      // What was changed without proration is not what was paid for.
      const earlier = before.filter((one) => one.of === 'fees' && one.at <= when);
      const now = earlier.at(-1)?.bought ?? first;
      const there: Changed = { at: when, bought: other, of: 'fees', grain: by };
      const stayed = billed(first, [...earlier, { ...there, bought: now }]);
      const back = billed(first, [...earlier, there, { ...there, bought: now }]);
      expect(totalOf(back)).toBe(totalOf(stayed));
    }),
  );
});

test('there and back again from a period that nothing was changed in costs nothing at all', () => {
  fc.assert(
    fc.property(fc.tuple(bought, bought, at, grain), ([first, other, when, by]) => {
      const there: Changed = { at: when, bought: other, of: 'fees', grain: by };
      expect(totalOf(billed(first, [there, { ...there, bought: first }]))).toBe(totalOf(billed(first, [])));
    }),
  );
});

test('seats that are added and taken away at one instant cost nothing', () => {
  const seats = fc.integer({ min: 1, max: 500 }).map(String);
  fc.assert(
    fc.property(fc.tuple(bought, seats, at, grain), ([first, quantity, when, by]) => {
      const there: Changed = { at: when, bought: { ...first, quantity }, of: 'quantity', grain: by };
      expect(totalOf(billed(first, [there, { ...there, bought: first }]))).toBe(totalOf(billed(first, [])));
    }),
  );
});

test('no line gives back more than it charged, and never does a customer get more than it paid', () => {
  fc.assert(
    fc.property(fc.tuple(bought, history, fc.integer({ min: 0, max: 100 })), ([first, changes, percent]) => {
      const invoices = billed(first, changes, percent === 0 ? [] : [coupon(percent)]);
      const charged = new Map(
        invoices.flatMap(({ lines }) => lines.map(({ id, amountMinor }) => [id as string, amountMinor])),
      );
      let paid = 0n;
      for (const invoice of invoices) {
        for (const one of invoice.basis.charges) {
          if (one.kind !== 'credit') continue;
          const left = (charged.get(one.of.lineId) ?? 0n) - one.takenMinor;
          expect(left >= 0n && one.paidMinor <= one.takenMinor).toBe(true);
          charged.set(one.of.lineId, left);
        }
        paid += invoice.totals.totalMinor;
        // Each discount and each leg is rounded once: a line may be half a cent off.
        expect(paid >= -BigInt(charged.size)).toBe(true);
      }
    }),
  );
});
