import { sumOf, type WalletPart } from '../../balance/domain/grant.js';
import { lostMinor } from './dispute.js';
import type { Issued } from './state.js';

/** Where what a note gives back goes, beside what lowers what is due. */
export interface Returned {
  /** To whoever paid: its balance, or the way that it came. In minor units. */
  readonly moneyMinor: bigint;
  /** To the grants that were given for nothing, the last used first. */
  readonly walletParts: readonly WalletPart[];
}

type Paid = Pick<Issued, 'settled' | 'paidMinor' | 'creditNotes' | 'disputes'>;

/**
 * What was money comes back first: what the balance, bought credit and payments paid and was neither lost nor given back by notes.
 * What lies beyond
 * goes back to promotional grants, which never become money; what is still over is money.
 */
export function returnedOf(invoice: Paid, restMinor: bigint): Returned {
  const firstMinor = least(restMinor, moneyLeftMinor(invoice));
  const walletParts = promotionsOf(invoice, restMinor - firstMinor);
  return { moneyMinor: restMinor - sumOf(walletParts), walletParts };
}

function moneyLeftMinor(paid: Paid): bigint {
  const { settled, paidMinor, creditNotes = [] } = paid;
  const bought = sumOf((settled.walletParts ?? []).filter(({ kind }) => kind === 'paid'));
  const returned = creditNotes.reduce((sum, one) => sum + one.toBalanceMinor + one.refundedMinor, 0n);
  const left = settled.creditAppliedMinor + bought + paidMinor - lostMinor(paid) - returned;
  return left > 0n ? left : 0n;
}

/** Parts of the promotional grants that paid, the last used first, up to an amount. */
function promotionsOf({ settled, creditNotes = [] }: Paid, mostMinor: bigint): readonly WalletPart[] {
  const before = new Map<string, bigint>();
  for (const { grantId, amountMinor } of creditNotes.flatMap(({ walletParts }) => walletParts ?? []))
    before.set(grantId, (before.get(grantId) ?? 0n) + amountMinor);
  let leftMinor = mostMinor;
  return [...(settled.walletParts ?? [])].reverse().flatMap(({ grantId, kind, amountMinor: usedMinor }) => {
    if (kind !== 'promotional') return [];
    const returnedMinor = least(usedMinor, before.get(grantId) ?? 0n);
    before.set(grantId, (before.get(grantId) ?? 0n) - returnedMinor);
    const amountMinor = least(leftMinor, usedMinor - returnedMinor);
    leftMinor -= amountMinor;
    return amountMinor > 0n ? [{ grantId, kind, amountMinor }] : [];
  });
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
