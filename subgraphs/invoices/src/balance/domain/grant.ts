import type { Instant, TimeZone } from '@tollgate/kernel/time/time';

/** Credit that was given for nothing, or bought. */
export type GrantKind = 'promotional' | 'paid';

/** Wallet credit as it is agreed. */
export interface GrantTerms {
  readonly name: string;
  /** The lower number is used first. */
  readonly priority: number;
  /** From then on what is left of it is gone; null: never. */
  readonly expiresAt: Instant | null;
}

/** Wallet credit that a customer was given at once. Amounts are in minor units; what is left is what is in none of the others. */
export interface Grant extends GrantTerms {
  readonly id: string;
  readonly kind: GrantKind;
  readonly amountMinor: bigint;
  /** What invoices took and did not give back. */
  readonly usedMinor: bigint;
  readonly expiredMinor: bigint;
  /** What was taken back without being used. */
  readonly takenMinor: bigint;
  readonly grantedAt: Instant;
  /** Where the customer's days begin and end, for the day on which what was paid for it is earned; absent where that is UTC. */
  readonly timeZone?: TimeZone;
  /** The top-up that paid for it; null where nobody did. */
  readonly invoiceId: string | null;
  /** What paid for it is disputed: it is not used meanwhile; absent where it is not. */
  readonly isHeld?: true;
  /** What a lost dispute would still take of it, should anything come back to it; absent where there was none. */
  readonly lost?: { readonly disputeId: string; readonly minor: bigint };
}

/** What is used of one grant, or given back to it; above zero, in minor units. */
export interface WalletPart {
  readonly grantId: string;
  readonly kind: GrantKind;
  readonly amountMinor: bigint;
}

/** What is left of a grant, in minor units. */
export function remainingMinor({ amountMinor, usedMinor, expiredMinor, takenMinor }: Grant): bigint {
  return amountMinor - usedMinor - expiredMinor - takenMinor;
}

/** Whether a grant has come to its end by then. */
export function isOver({ expiresAt }: Pick<GrantTerms, 'expiresAt'>, at: Instant): boolean {
  return expiresAt !== null && expiresAt <= at;
}

/** All that parts come to, in minor units. */
export function sumOf(parts: readonly Pick<WalletPart, 'amountMinor'>[]): bigint {
  return parts.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

/**
 * Grants that may pay then, which are those that are not in dispute, in the order in which they do: the lower priority number, promotional before paid, the earlier
 * end (none is last), then the order of granting.
 */
export function usableGrants(grants: readonly Grant[], at: Instant): Grant[] {
  return grants
    .filter((grant) => remainingMinor(grant) > 0n && !isOver(grant, at) && grant.isHeld !== true)
    .sort(inOrderOfUse);
}

/** Of equals the one that was given first stays the first. */
function inOrderOfUse(one: Grant, other: Grant): number {
  return (
    one.priority - other.priority ||
    KIND_ORDER[one.kind] - KIND_ORDER[other.kind] ||
    compareEnds(one.expiresAt, other.expiresAt)
  );
}

const KIND_ORDER = { promotional: 0, paid: 1 } as const;

function compareEnds(one: Instant | null, other: Instant | null): number {
  if (one === other) return 0;
  if (one === null) return 1;
  return other === null || one < other ? -1 : 1;
}
