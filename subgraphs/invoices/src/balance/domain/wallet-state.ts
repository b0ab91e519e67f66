import type { Currency } from '@tollgate/kernel/money/currency';
import type { Instant, TimeZone } from '@tollgate/kernel/time/time';
import type { Grant, GrantKind, GrantTerms, WalletPart } from './grant.js';

/** What a customer has in its wallet in a currency: credit that was given to it, and credit that it bought. */
export interface Wallet {
  readonly customerId: string;
  readonly currency: Currency;
  /** In the order of granting; used up and ended ones too. */
  readonly grants: readonly Grant[];
  /** When it is filled by itself; null: never. */
  readonly automatic: AutomaticTopUp | null;
  /** How often it was. */
  readonly topUps: number;
  /** The invoice of the last time; null while there is none. */
  readonly lastTopUpId: string | null;
}

/** The agreement to buy credit whenever there is less than so much. Amounts are in minor units. */
export interface AutomaticTopUp {
  readonly thresholdMinor: bigint;
  readonly amountMinor: bigint;
  readonly priority: number;
  /** So many days after the date of its payment credit is gone; null: never. */
  readonly expiresAfterDays: number | null;
  /** What is bought in a month of the customer's at most; null: whatever it takes. */
  readonly monthlyCapMinor: bigint | null;
}

/** What uses credit, gives it back or takes it. */
export interface WalletCause {
  readonly kind:
    'grant' | 'top_up' | 'invoice' | 'void' | 'credit_note' | 'expiry' | 'revocation' | 'dispute';
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
  | { readonly type: 'RevokeGrant'; readonly grantId: string }
  /** What paid for the grant of a top-up is disputed, or that was won. */
  | { readonly type: 'HoldGrant' | 'ReleaseGrant'; readonly invoiceId: string }
  /** That was lost: so much of what paid for it never comes back. */
  | {
      readonly type: 'LoseGrant';
      readonly invoiceId: string;
      readonly disputeId: string;
      readonly amountMinor: bigint;
    }
  | {
      readonly type: 'SetAutomaticTopUp';
      readonly customerId: string;
      readonly currency: Currency;
      /** Null: it is filled by itself no more. */
      readonly automatic: AutomaticTopUp | null;
    }
  | { readonly type: 'NoteTopUp'; readonly invoiceId: string };

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
    }
  | { readonly type: 'GrantHeld' | 'GrantReleased'; readonly grantId: string }
  /** `lostMinor` is what a lost dispute takes in all; what it took so far is told by itself. */
  | {
      readonly type: 'GrantLost';
      readonly grantId: string;
      readonly disputeId: string;
      readonly lostMinor: bigint;
    }
  | {
      readonly type: 'AutomaticTopUpSet';
      readonly customerId: string;
      readonly currency: Currency;
      readonly automatic: AutomaticTopUp | null;
    }
  /** An invoice of credit was made by itself. */
  | { readonly type: 'TopUpNoted'; readonly invoiceId: string };
