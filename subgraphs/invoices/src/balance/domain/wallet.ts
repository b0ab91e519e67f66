import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept, reject, type Decision, type Rejection } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import { isOver, remainingMinor, sumOf, usableGrants, type Grant, type WalletPart } from './grant.js';
import type { Wallet, WalletCause, WalletCommand, WalletEvent } from './wallet-state.js';

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

/** Whether a wallet is to be filled by itself: that was agreed, and less than so much is in it then. */
export function isLow(wallet: Wallet, at: Instant): boolean {
  return wallet.automatic !== null && walletMinor(wallet, at) < wallet.automatic.thresholdMinor;
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
    case 'HoldGrant':
    case 'ReleaseGrant':
      return hold(command, state);
    case 'LoseGrant':
      return lose(command, state);
    case 'SetAutomaticTopUp':
      return accept({ ...command, type: 'AutomaticTopUpSet' });
    case 'NoteTopUp':
      return accept({ type: 'TopUpNoted', invoiceId: command.invoiceId });
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

/** What comes back to a grant that has ended meanwhile is gone at once, and so is what a lost dispute takes of it. */
function restore(
  { parts, cause, at }: Extract<WalletCommand, { type: 'RestoreGrants' }>,
  state: Wallet | null,
): Decided {
  if (parts.length === 0) return accept();
  for (const { grantId, amountMinor } of parts)
    assert(amountMinor <= grantIn(state, grantId).usedMinor, 'only what was used is given back');
  const restored: WalletEvent = { type: 'GrantsRestored', parts, amountMinor: sumOf(parts), cause };
  const after = evolve(state, restored);
  const grants = [...new Set(parts.map(({ grantId }) => grantId))].map((id) => grantIn(after, id));
  return accept(restored, ...grants.flatMap((grant) => goneAgain(grant, at)));
}

function goneAgain(grant: Grant, at: Instant): WalletEvent[] {
  const { lost } = grant;
  const left = remainingMinor(grant);
  const takenMinor = lost === undefined ? 0n : least(left, lost.minor);
  const taken = lost === undefined ? [] : takenByDispute(grant, lost.disputeId, takenMinor);
  return [...taken, ...(isOver(grant, at) ? ended(grant, left - takenMinor) : [])];
}

/** The credit that a disputed top-up bought is held, or is free again; nothing where it was never there. */
function hold(
  { type, invoiceId }: Extract<WalletCommand, { type: 'HoldGrant' | 'ReleaseGrant' }>,
  state: Wallet | null,
): Decided {
  const grant = state?.grants.find((one) => one.invoiceId === invoiceId);
  const isHeld = type === 'HoldGrant';
  if (grant === undefined || (grant.isHeld === true) === isHeld) return accept();
  return accept({ type: isHeld ? 'GrantHeld' : 'GrantReleased', grantId: grant.id });
}

/** What is left of it is taken, up to what is lost; more is taken as soon as something comes back. */
function lose(
  { invoiceId, disputeId, amountMinor: lostMinor }: Extract<WalletCommand, { type: 'LoseGrant' }>,
  state: Wallet | null,
): Decided {
  const grant = state?.grants.find((one) => one.invoiceId === invoiceId);
  if (grant === undefined) return accept();
  const lost: WalletEvent = { type: 'GrantLost', grantId: grant.id, disputeId, lostMinor };
  return accept(lost, ...takenByDispute(grant, disputeId, least(remainingMinor(grant), lostMinor)));
}

function takenByDispute({ id: grantId, kind }: Grant, disputeId: string, amountMinor: bigint): WalletEvent[] {
  const cause = { kind: 'dispute', id: disputeId } as const;
  return amountMinor > 0n ? [{ type: 'GrantTaken', grantId, kind, amountMinor, cause }] : [];
}

function least(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}

function ended(grant: Grant, amountMinor = remainingMinor(grant)): WalletEvent[] {
  const { id: grantId, kind } = grant;
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

function evolve(before: Wallet | null, event: WalletEvent): Wallet {
  const state = before ?? openedBy(event);
  switch (event.type) {
    case 'GrantGiven': {
      const fresh = { ...event.grant, usedMinor: 0n, expiredMinor: 0n, takenMinor: 0n };
      return { ...state, grants: [...state.grants, { ...fresh, grantedAt: event.grantedAt }] };
    }
    case 'AutomaticTopUpSet':
      return { ...state, automatic: event.automatic };
    case 'TopUpNoted':
      return { ...state, topUps: state.topUps + 1, lastTopUpId: event.invoiceId };
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
        ...lossAfter(grant, event),
      }));
    case 'GrantHeld':
      return withGrant(state, event.grantId, (grant) => ({ ...grant, isHeld: true }));
    case 'GrantReleased':
      return withGrant(state, event.grantId, released);
    case 'GrantLost': {
      const { disputeId, lostMinor: minor } = event;
      const lost = { disputeId, minor };
      return withGrant(state, event.grantId, (grant) => ({ ...released(grant), lost }));
    }
    default:
      return unreachable(event);
  }
}

function released({ isHeld: _isHeld, ...grant }: Grant): Grant {
  return grant;
}

/** What a dispute takes makes smaller what it would still take. */
function lossAfter(
  { lost }: Grant,
  { cause, amountMinor }: Extract<WalletEvent, { type: 'GrantExpired' | 'GrantTaken' }>,
): Pick<Grant, 'lost'> {
  if (cause.kind !== 'dispute' || lost === undefined) return {};
  return { lost: { ...lost, minor: lost.minor - amountMinor } };
}

/** An empty wallet, before what comes to it first. */
function openedBy(event: WalletEvent): Wallet {
  assert('customerId' in event, 'what comes to a wallet first says whose it is');
  const { customerId, currency } = event;
  return { customerId, currency, grants: [], automatic: null, topUps: 0, lastTopUpId: null };
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
