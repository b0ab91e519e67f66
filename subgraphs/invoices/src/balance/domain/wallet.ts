import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant, TimeZone } from '@tollgate/kernel/time/time';
import {
  isOver,
  remainingMinor,
  sumOf,
  usableGrants,
  type Grant,
  type GrantKind,
  type GrantTerms,
  type WalletPart,
} from './grant.js';

/** What a customer has in its wallet in a currency: credit that was given to it, and credit that it bought. */
export interface Wallet {
  readonly customerId: string;
  readonly currency: Currency;
  /** In the order of granting; used up and ended ones too. */
  readonly grants: readonly Grant[];
}

/** What uses credit, gives it back or takes it. */
export interface WalletCause {
  readonly kind: 'grant' | 'top_up' | 'invoice' | 'void' | 'credit_note' | 'expiry' | 'revocation';
  readonly id: string;
}

/** Credit that a customer gets. */
export interface NewGrant extends GrantTerms {
  readonly id: string;
  readonly kind: GrantKind;
  readonly amountMinor: bigint;
  readonly invoiceId: string | null;
  /** Where the customer's days begin and end; absent where that is UTC. */
  readonly timeZone?: TimeZone;
}

export type WalletCommand =
  | {
      readonly type: 'GiveGrant';
      readonly customerId: string;
      readonly currency: Currency;
      readonly grant: NewGrant;
      readonly at: Instant;
    }
  | { readonly type: 'UseGrants'; readonly parts: readonly WalletPart[]; readonly cause: WalletCause }
  | {
      readonly type: 'RestoreGrants';
      readonly parts: readonly WalletPart[];
      readonly cause: WalletCause;
      readonly at: Instant;
    }
  | { readonly type: 'ExpireGrant'; readonly grantId: string; readonly at: Instant }
  | { readonly type: 'RevokeGrant'; readonly grantId: string };

export type WalletEvent =
  | {
      readonly type: 'GrantGiven';
      readonly customerId: string;
      readonly currency: Currency;
      readonly grant: NewGrant;
      readonly amountMinor: bigint;
      readonly cause: WalletCause;
      readonly grantedAt: Instant;
    }
  /** `amountMinor` is what the parts come to. */
  | {
      readonly type: 'GrantsUsed' | 'GrantsRestored';
      readonly parts: readonly WalletPart[];
      readonly amountMinor: bigint;
      readonly cause: WalletCause;
    }
  | {
      readonly type: 'GrantExpired' | 'GrantTaken';
      readonly grantId: string;
      readonly kind: GrantKind;
      readonly amountMinor: bigint;
      readonly cause: WalletCause;
    };

/** Only what was given for nothing is taken back. */
export type WalletRejection = Rejection & { readonly reason: 'WalletGrantPaidFor' };

type Decided = Decision<WalletEvent, WalletRejection>;

/** A wallet: what was given is used, expired, taken back, or there; of no grant is more used than it has. */
export const walletDecider: Decider<Wallet | null, WalletCommand, WalletEvent, WalletRejection> = {
  initial: null,
  decide,
  evolve,
};

/** What can be used of a wallet then, in minor units. */
export function walletMinor(wallet: Wallet | null, at: Instant): bigint {
  return usableGrants(wallet?.grants ?? [], at).reduce((sum, grant) => sum + remainingMinor(grant), 0n);
}

function decide(command: WalletCommand, state: Wallet | null): Decided {
  switch (command.type) {
    case 'GiveGrant':
      return give(command);
    case 'UseGrants':
      return use(command.parts, command.cause, state);
    case 'RestoreGrants':
      return restore(command, state);
    case 'ExpireGrant': {
      const grant = grantIn(state, command.grantId);
      return accept(...(isOver(grant, command.at) ? ended(grant) : []));
    }
    case 'RevokeGrant':
      return revoke(grantIn(state, command.grantId));
    default:
      return unreachable(command);
  }
}

function give({
  customerId,
  currency,
  grant,
  at: grantedAt,
}: Extract<WalletCommand, { type: 'GiveGrant' }>): Decided {
  const { id, invoiceId, amountMinor } = grant;
  assert(amountMinor > 0n, 'credit that is given is above zero');
  const cause: WalletCause = invoiceId === null ? { kind: 'grant', id } : { kind: 'top_up', id: invoiceId };
  return accept({ type: 'GrantGiven', customerId, currency, grant, amountMinor, cause, grantedAt });
}

function use(parts: readonly WalletPart[], cause: WalletCause, state: Wallet | null): Decided {
  if (parts.length === 0) return accept();
  for (const { grantId, amountMinor } of parts) {
    const left = remainingMinor(grantIn(state, grantId));
    assert(amountMinor > 0n && amountMinor <= left, 'only what is there is used');
  }
  return accept({ type: 'GrantsUsed', parts, amountMinor: sumOf(parts), cause });
}

/** What comes back to a grant that has ended meanwhile is gone at once. */
function restore(
  { parts, cause, at }: Extract<WalletCommand, { type: 'RestoreGrants' }>,
  state: Wallet | null,
): Decided {
  if (parts.length === 0) return accept();
  for (const { grantId, amountMinor } of parts)
    assert(amountMinor <= grantIn(state, grantId).usedMinor, 'only what was used is given back');
  const restored: WalletEvent = { type: 'GrantsRestored', parts, amountMinor: sumOf(parts), cause };
  const after = evolve(state, restored);
  const ends = parts.map(({ grantId }) => grantIn(after, grantId)).filter((grant) => isOver(grant, at));
  return accept(restored, ...[...new Set(ends)].flatMap(ended));
}

function ended(grant: Grant): WalletEvent[] {
  const { id: grantId, kind } = grant;
  const amountMinor = remainingMinor(grant);
  const cause = { kind: 'expiry', id: grantId } as const;
  return amountMinor > 0n ? [{ type: 'GrantExpired', grantId, kind, amountMinor, cause }] : [];
}

function revoke(grant: Grant): Decided {
  const { id: grantId, kind } = grant;
  if (kind === 'paid')
    return reject({ reason: 'WalletGrantPaidFor', message: 'The customer paid for this credit.' });
  const amountMinor = remainingMinor(grant);
  const cause = { kind: 'revocation', id: grantId } as const;
  return amountMinor > 0n ? accept({ type: 'GrantTaken', grantId, kind, amountMinor, cause }) : accept();
}

function grantIn(wallet: Wallet | null, grantId: string): Grant {
  const found = wallet?.grants.find(({ id }) => id === grantId);
  assert(found !== undefined, 'a wallet has the grants that are asked for');
  return found;
}

function evolve(state: Wallet | null, event: WalletEvent): Wallet {
  if (event.type === 'GrantGiven') {
    const { customerId, currency, grant, grantedAt } = event;
    const fresh = { ...grant, usedMinor: 0n, expiredMinor: 0n, takenMinor: 0n, grantedAt };
    return { customerId, currency, grants: [...(state?.grants ?? []), fresh] };
  }
  assert(state !== null, 'credit is given before anything becomes of it');
  switch (event.type) {
    case 'GrantsUsed':
      return withParts(state, event.parts, 1n);
    case 'GrantsRestored':
      return withParts(state, event.parts, -1n);
    case 'GrantExpired':
      return withGrant(state, event.grantId, (grant) => ({
        ...grant,
        expiredMinor: grant.expiredMinor + event.amountMinor,
      }));
    case 'GrantTaken':
      return withGrant(state, event.grantId, (grant) => ({
        ...grant,
        takenMinor: grant.takenMinor + event.amountMinor,
      }));
    default:
      return unreachable(event);
  }
}

function withParts(state: Wallet, parts: readonly WalletPart[], sign: 1n | -1n): Wallet {
  const moved = new Map<string, bigint>();
  for (const { grantId, amountMinor } of parts)
    moved.set(grantId, (moved.get(grantId) ?? 0n) + sign * amountMinor);
  const grants = state.grants.map((grant) => {
    const by = moved.get(grant.id);
    return by === undefined ? grant : { ...grant, usedMinor: grant.usedMinor + by };
  });
  return { ...state, grants };
}

function withGrant(state: Wallet, grantId: string, change: (grant: Grant) => Grant): Wallet {
  return { ...state, grants: state.grants.map((grant) => (grant.id === grantId ? change(grant) : grant)) };
}
