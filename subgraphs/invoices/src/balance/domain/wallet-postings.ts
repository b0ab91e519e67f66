import { assert, unreachable } from '@tollgate/kernel/assert';
import { dateOf, UTC, type Instant } from '@tollgate/kernel/time/time';
import {
  posted,
  type Account,
  type Amounts,
  type Posting,
  type PostingKind,
} from '../../ledger/domain/posting.js';
import type { GrantKind } from './grant.js';
import type { Wallet, WalletEvent } from './wallet-state.js';

/** An event of a wallet, and what it made of it. */
export interface WalletHappened {
  readonly event: WalletEvent;
  readonly after: Wallet | null;
  readonly at: Instant;
}

/**
 * What an event of a wallet posts to the ledger. What pays an invoice, or comes back of a void one, is posted with the invoice;
 * and so is credit that is bought: the wallet owes it from the invoice on.
 */
export function walletPostingsOf({ event, after, at }: WalletHappened): readonly Posting[] {
  assert(after !== null, 'a wallet is there once something happened to it');
  const { customerId, currency, grants } = after;
  const entry = (kind: PostingKind, grantId: string, amounts: Amounts) => {
    const timeZone = grants.find(({ id }) => id === grantId)?.timeZone ?? UTC;
    const head = { currency, customerId, invoiceId: null, revenueOn: dateOf(at, timeZone) };
    return posted({ ...head, kind, causeId: grantId, amounts });
  };
  switch (event.type) {
    case 'GrantGiven': {
      const { id, kind, amountMinor } = event.grant;
      if (kind === 'paid') return [];
      return entry('wallet_granted', id, {
        promotional_expense: amountMinor,
        wallet_liability: -amountMinor,
      });
    }
    case 'GrantExpired': {
      const { grantId, kind, amountMinor } = event;
      return entry('wallet_expired', grantId, gone(amountMinor, kind));
    }
    case 'GrantTaken': {
      const { grantId, kind, amountMinor, cause } = event;
      if (cause.kind === 'dispute')
        return entry('wallet_disputed', grantId, { wallet_liability: amountMinor, bad_debt: -amountMinor });
      return entry('wallet_revoked', grantId, gone(amountMinor, kind));
    }
    case 'GrantsUsed':
    case 'GrantsRestored':
    case 'GrantHeld':
    case 'GrantReleased':
    case 'GrantLost':
    case 'AutomaticTopUpSet':
    case 'TopUpNoted':
      return [];
    default:
      return unreachable(event);
  }
}

/** What was given for nothing costs nothing after all; what was paid for is earned. */
function gone(minor: bigint, kind: GrantKind): Amounts {
  const to: Account = kind === 'promotional' ? 'promotional_expense' : 'revenue';
  return { wallet_liability: minor, [to]: -minor };
}
