import type { Money } from '@tollgate/kernel/money/money';
import type { ProviderDispute } from './dispute.js';

/** A gateway that can move money. Stripe is asked first, PayPal is the backup. */
export type ProviderName = 'stripe' | 'paypal';

/** A stored payment method, as the gateway names it. Never card data. */
export interface MethodToken {
  readonly token: string;
  /** The gateway's own customer, where the token belongs to one (Stripe: `cus_…`). */
  readonly providerCustomer?: string;
}

/**
 * Asks for a hold on the customer's money. `paymentId` and `attempt` make the idempotency keys: the same pair must
 * always come with the same request, or the gateway refuses it.
 */
export interface AuthoriseRequest {
  readonly paymentId: string;
  /** Counts from 1. A new attempt after a decline is a new hold. */
  readonly attempt: number;
  readonly tenant: string;
  readonly invoiceId: string;
  readonly money: Money;
  readonly method: MethodToken;
  /** What the customer reads on the statement or in the gateway's mail. */
  readonly description: string;
  /** How often it was asked before; a hold is one hold all the same. */
  readonly tries?: number;
}

export interface CaptureRequest {
  readonly paymentId: string;
  readonly authorisation: string;
  readonly money: Money;
  /** How often it was asked before: a gateway may repeat a fault for as long as it remembers the request's key. */
  readonly tries?: number;
}

/** A part of what was captured, under a name of its own: it goes back once, however often it is asked. */
export interface RefundPart {
  readonly id: string;
  readonly money: Money;
  /** How often the gateway answered with a fault: then nothing of those requests is under way any more. */
  readonly answers: number;
}

/** Gives back all that was captured of an attempt, or a part. */
export interface RefundRequest {
  readonly paymentId: string;
  readonly attempt: number;
  /** What `lookup` takes, or what `capture` took: one of them is known. */
  readonly reference?: string;
  readonly authorisation?: string;
  /** What was captured, where it is known. */
  readonly capture?: string;
  readonly tries: number;
  /** Absent: all. */
  readonly part?: RefundPart;
}

/** The original request is needed, because an authorisation we never heard of is found by asking for it again. */
export interface VoidRequest {
  readonly request: AuthoriseRequest;
  /** Absent when the gateway's answer was lost: `unavailable` with `sent: 'maybe'`. */
  readonly authorisation?: string;
  /** How often it was asked before. */
  readonly tries?: number;
  /** What `unavailable` told, if anything; a gateway forgets idempotency keys after hours, but not this. */
  readonly reference?: string;
}

/** A transient fault between us and a gateway: refused, reset, timed out, 5xx or rate limited. Asking again later is right. */
export interface ProviderUnavailable {
  readonly outcome: 'unavailable';
  /** For logs and operators. */
  readonly why: string;
  /** `no`: surely nothing is held. `maybe`: a hold may exist there, which `void` must clear before the payment rests. */
  readonly sent: 'no' | 'maybe';
  /** The gateway answered, with a fault: the request has come to what it comes to. */
  readonly answered?: true;
  readonly reference?: string;
}

/** The customer's bank or the gateway said no. Asking another gateway is not the answer to this. */
export interface Declined {
  readonly outcome: 'declined';
  /** Normalised over gateways: `card_declined`, `insufficient_funds`, `expired_card`, … */
  readonly code: string;
  /** The same method will never work again (stolen, expired, wrong number): ask the customer, do not retry. */
  readonly hard: boolean;
  readonly reference?: string;
  /** For logs and operators, where the gateway rejects the request and not the customer. */
  readonly why?: string;
}

export type AuthoriseOutcome =
  | {
      readonly outcome: 'authorised';
      /** What `capture` and `void` take (Stripe: payment intent, PayPal: authorisation). */
      readonly authorisation: string;
      /** What `lookup` takes and support staff search for (Stripe: payment intent, PayPal: order). */
      readonly reference: string;
    }
  | Declined
  | { readonly outcome: 'requires_action'; readonly reference: string; readonly redirectUrl?: string }
  | ProviderUnavailable;

export type CaptureOutcome =
  | {
      readonly outcome: 'captured';
      /** What a refund takes (Stripe: charge, PayPal: capture). */
      readonly capture: string;
      readonly money: Money;
    }
  /** The gateway has taken the order and settles later; a webhook or `lookup` tells. Never capture elsewhere. */
  | { readonly outcome: 'pending'; readonly capture: string }
  /** The hold is gone (voided, expired): no money moved, a new attempt is safe. */
  | { readonly outcome: 'lapsed'; readonly why: string }
  | Declined
  /** Always to be asked again with the same request, never of another gateway. */
  | ProviderUnavailable;

export type VoidOutcome =
  | { readonly outcome: 'voided'; readonly authorisation: string }
  /** Nothing is held and nothing will be: the request never arrived, or was declined. */
  | { readonly outcome: 'nothing_held' }
  /** Too late: the money has moved, only a refund helps. */
  | { readonly outcome: 'already_captured'; readonly authorisation: string }
  | ProviderUnavailable;

export type RefundOutcome =
  /** Now or before. */
  | { readonly outcome: 'refunded'; readonly refund: string | null }
  /** It will not: no retry changes that. */
  | { readonly outcome: 'rejected'; readonly why: string }
  | ProviderUnavailable;

/** Whether an account moves real money. */
export type ProviderMode = 'live' | 'test';

/** What a gateway knows of a stored payment method. */
export type MethodInspection =
  | {
      readonly outcome: 'found';
      /** The tenant that it is named for there; null where it is named for none. */
      readonly tenant: string | null;
      /** The gateway's own customer that it belongs to, if any. */
      readonly providerCustomer: string | null;
    }
  | { readonly outcome: 'not_found' }
  | ProviderUnavailable;

/** What a gateway holds about one payment. */
export type ProviderPaymentStatus =
  | 'requires_action'
  | 'approved'
  | 'processing'
  | 'authorised'
  | 'captured'
  | 'voided'
  | 'declined'
  | 'unpaid';

export type ProviderPaymentState =
  | {
      readonly outcome: 'found';
      readonly reference: string;
      readonly status: ProviderPaymentStatus;
      readonly money: Money;
      readonly authorisation?: string;
      readonly capture?: string;
      readonly tenant?: string;
      readonly paymentId?: string;
      readonly declineCode?: string;
      /** What the customer's own page confirms it with, while it waits for that. Never kept, never logged. */
      readonly clientSecret?: string;
    }
  | { readonly outcome: 'not_found' }
  | ProviderUnavailable;

/** A webhook as it came in: the signature covers the exact bytes. */
export interface RawWebhook {
  /** Names in lower case, as node:http gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** What a webhook says happened, in our words; `other` is stored and changes nothing. */
export type WebhookKind =
  | 'authorised'
  | 'captured'
  | 'capture_failed'
  | 'declined'
  | 'requires_action'
  | 'approved'
  | 'voided'
  | 'refunded'
  | 'disputed'
  | 'other';

export type WebhookOutcome =
  | {
      readonly outcome: 'verified';
      readonly provider: ProviderName;
      /** The gateway's event id: storing it once makes redelivery harmless. */
      readonly eventId: string;
      /** The gateway's own name of the event. */
      readonly type: string;
      readonly kind: WebhookKind;
      readonly reference?: string;
      readonly authorisation?: string;
      readonly capture?: string;
      readonly tenant?: string;
      readonly paymentId?: string;
      readonly declineCode?: string;
      /** What `lookupDispute` takes. */
      readonly dispute?: string;
    }
  | { readonly outcome: 'forged'; readonly why: string }
  | ProviderUnavailable;

/**
 * One gateway. Transient faults and declines are outcomes; a rejected promise is a bug or a wrong configuration
 * (bad key, malformed request) that an operator must see. Every call can be repeated with the same request.
 */
export interface PaymentProvider {
  readonly name: ProviderName;
  readonly mode: ProviderMode;
  /** Whose method it is; changes nothing. */
  inspect(method: MethodToken): Promise<MethodInspection>;
  /** Holds the money, moves none. Failing over after `unavailable` is safe: an orphaned hold is voided, never captured. */
  authorise(request: AuthoriseRequest): Promise<AuthoriseOutcome>;
  /** Takes the held money. Never failed over: repeated until known. */
  capture(request: CaptureRequest): Promise<CaptureOutcome>;
  /** Releases a hold, also one whose answer was lost. */
  void(request: VoidRequest): Promise<VoidOutcome>;
  /** Gives captured money back; asking again gives nothing twice. */
  refund(request: RefundRequest): Promise<RefundOutcome>;
  lookup(reference: string): Promise<ProviderPaymentState>;
  lookupDispute(reference: string): Promise<ProviderDispute>;
  verifyWebhook(raw: RawWebhook): Promise<WebhookOutcome>;
}
