import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keptMinor, payout, type KeptOf } from './payout.js';

const kept: fc.Arbitrary<readonly KeptOf[]> = fc
  .array(fc.record({ providersMinor: fc.bigInt(0n, 500n), offlineMinor: fc.bigInt(0n, 500n) }), {
    maxLength: 6,
  })
  .map((list) => list.map((one, index) => ({ invoiceId: `inv_${index}`, ...one })));

test('a payout is taken from the newest invoice on, of each the providers’ part first, and is the whole of it', () => {
  const given = fc.record({
    kept,
    amount: fc.bigInt(1n, 2_000n),
    balanceMinor: fc.bigInt(0n, 2_000n),
    dueMinor: fc.bigInt(0n, 900n),
  });
  fc.assert(
    fc.property(given, ({ amount, ...funds }) => {
      const decided = payout(amount, funds);
      const mostMinor = keptMinor(funds.kept) - funds.dueMinor;
      expect(decided.ok).toBe(amount <= funds.balanceMinor && amount <= mostMinor);
      if (!decided.ok) return;
      const taken = decided.parts.map(({ providersMinor, byHandMinor }) => providersMinor + byHandMinor);
      expect(taken.reduce((sum, minor) => sum + minor, 0n)).toBe(amount);
      decided.parts.forEach((part, index) => {
        const of = funds.kept.find(({ invoiceId }) => invoiceId === part.invoiceId);
        expect(part.providersMinor <= (of?.providersMinor ?? 0n)).toBe(true);
        expect(part.byHandMinor === 0n || part.providersMinor === of?.providersMinor).toBe(true);
        const isLast = index === decided.parts.length - 1;
        if (!isLast) expect(taken[index]).toBe(of === undefined ? 0n : keptMinor([of]));
      });
    }),
  );
});

test('who owes something is not paid all of it out, and is told how much', () => {
  const funds = {
    balanceMinor: 140_00n,
    dueMinor: 350_00n,
    kept: [{ invoiceId: 'inv_1', providersMinor: 400_00n, offlineMinor: 0n }],
  };
  expect(payout(140_01n, funds)).toMatchObject({ rejection: { reason: 'InsufficientBalance' } });
  const rejection = { reason: 'RefundExceedsPayment', refundableMinor: 50_00n };
  expect(payout(50_01n, funds)).toMatchObject({ rejection });
  expect(payout(50_00n, funds)).toMatchObject({ parts: [{ invoiceId: 'inv_1', providersMinor: 50_00n }] });
});
