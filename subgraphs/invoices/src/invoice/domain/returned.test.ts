import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instant } from '@tollgate/kernel/time/time';
import { sumOf, type WalletPart } from '../../balance/domain/grant.js';
import { returnedOf } from './returned.js';
import type { Note } from './state.js';

const AT = instant('2024-02-01T00:00:00Z');
const part = (grantId: string, kind: WalletPart['kind'], amountMinor: bigint): WalletPart => {
  return { grantId, kind, amountMinor };
};
const settledWith = (creditAppliedMinor: bigint, walletParts: readonly WalletPart[]) => ({
  ...{ creditAppliedMinor, walletAppliedMinor: sumOf(walletParts), creditGeneratedMinor: 0n, dueMinor: 0n },
  walletParts,
});
const noteOf = (toBalanceMinor: bigint, walletParts: readonly WalletPart[]): Note => ({
  ...{ id: 'crn_1', items: [], subtotalMinor: 0n, taxes: [], taxMinor: 0n, totalMinor: 0n, toDueMinor: 0n },
  ...{ toBalanceMinor, walletParts, refundedMinor: 0n, createdAt: AT },
});

test('money and bought credit come back as money first, then promotions to their grants, the last used first', () => {
  const parts = [
    part('a', 'promotional', 300n),
    part('b', 'promotional', 200n),
    part('bought', 'paid', 100n),
  ];
  const invoice = { settled: settledWith(50n, parts), paidMinor: 350n };
  expect(returnedOf(invoice, 500n)).toEqual({ moneyMinor: 500n, walletParts: [] });
  expect(returnedOf(invoice, 750n)).toEqual({
    moneyMinor: 500n,
    walletParts: [part('b', 'promotional', 200n), part('a', 'promotional', 50n)],
  });
});

test('what is over when everything has come back is money', () => {
  const invoice = { settled: settledWith(0n, [part('a', 'promotional', 100n)]), paidMinor: 0n };
  expect(returnedOf(invoice, 130n)).toEqual({
    moneyMinor: 30n,
    walletParts: [part('a', 'promotional', 100n)],
  });
});

test('however an invoice is given back, note after note, no grant gets more than it paid, and nothing is lost', () => {
  const amounts = fc.array(fc.bigInt({ min: 1n, max: 90n }), { maxLength: 4 });
  fc.assert(
    fc.property(amounts, fc.nat(90), fc.nat(90), amounts, (promoted, bought, paid, rests) => {
      const parts = [
        ...promoted.map((minor, index) => part(`g${index % 2}`, 'promotional', minor)),
        ...(bought > 0 ? [part('bought', 'paid', BigInt(bought))] : []),
      ];
      const settled = settledWith(0n, parts);
      const total = sumOf(parts) + BigInt(paid);
      const notes: Note[] = [];
      let left = total;
      for (const asked of rests) {
        const rest = asked < left ? asked : left;
        left -= rest;
        const { moneyMinor, walletParts } = returnedOf(
          { settled, paidMinor: BigInt(paid), creditNotes: notes },
          rest,
        );
        expect(moneyMinor + sumOf(walletParts)).toBe(rest);
        notes.push(noteOf(moneyMinor, walletParts));
      }
      const back = notes.flatMap(({ walletParts = [] }) => walletParts);
      for (const id of ['g0', 'g1']) {
        const of = (all: readonly WalletPart[]) => sumOf(all.filter(({ grantId }) => grantId === id));
        expect(of(back) <= of(parts.filter(({ kind }) => kind === 'promotional'))).toBe(true);
      }
      const money = notes.reduce((sum, { toBalanceMinor }) => sum + toBalanceMinor, 0n);
      // Promotions become no money as long as no more is given back than was paid.
      expect(money <= BigInt(paid) + BigInt(bought)).toBe(true);
    }),
  );
});
