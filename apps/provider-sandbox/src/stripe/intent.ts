import type { CardBehaviour } from './cards.js';
import type { Intent, IntentStatus, StripeProblem } from './objects.js';

/** What a transition did: the intent after it, Stripe's event names, and the problem that the caller is told. */
export type Transition =
  | { readonly ok: true; readonly intent: Intent; readonly events: readonly string[] }
  | {
      readonly ok: false;
      readonly status: 400 | 402;
      readonly problem: StripeProblem;
      /** Present when the attempt left a trace. */
      readonly intent?: Intent;
      readonly events: readonly string[];
    };

export interface Confirmation {
  readonly method: string;
  readonly behaviour: CardBehaviour;
  readonly offSession: boolean;
  readonly charge: string;
  readonly redirectUrl: string;
  readonly returnUrl: string | null;
}

const CONFIRMABLE: readonly IntentStatus[] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
];
const CANCELLABLE: readonly IntentStatus[] = [...CONFIRMABLE, 'requires_capture'];

/** Charges or holds, as the card behaves. Transient faults are the caller's business: here a lost answer is a success. */
export function confirmIntent(intent: Intent, confirmation: Confirmation): Transition {
  if (!CONFIRMABLE.includes(intent.status)) return unexpected(intent, 'confirm', CONFIRMABLE);
  const { behaviour, method } = confirmation;
  if (behaviour.kind === 'declines') return refuse(intent, confirmation, behaviour);
  if (behaviour.kind === 'needs_authentication') return authenticate(intent, confirmation);
  const charged = {
    ...intent,
    payment_method: method,
    latest_charge: confirmation.charge,
    next_action: null,
  };
  if (intent.capture_method === 'manual')
    return done(
      { ...charged, status: 'requires_capture', amount_capturable: intent.amount, last_payment_error: null },
      ['payment_intent.amount_capturable_updated'],
    );
  return done({ ...charged, status: 'succeeded', amount_received: intent.amount, last_payment_error: null }, [
    'payment_intent.succeeded',
  ]);
}

/** Takes all of the hold or a part; what is left of it is released. */
export function captureIntent(intent: Intent, amount: number | undefined): Transition {
  if (intent.status !== 'requires_capture') return unexpected(intent, 'capture', ['requires_capture']);
  const taken = amount ?? intent.amount_capturable;
  if (taken < 1 || taken > intent.amount_capturable)
    return {
      ok: false,
      status: 400,
      events: [],
      problem: {
        type: 'invalid_request_error',
        code: 'amount_too_large',
        param: 'amount_to_capture',
        message: `The amount to capture must be at most the capturable amount (${intent.amount_capturable}).`,
      },
    };
  return done({ ...intent, status: 'succeeded', amount_received: taken, amount_capturable: 0 }, [
    'payment_intent.succeeded',
  ]);
}

/** Releases what is held; what is captured stays. */
export function cancelIntent(intent: Intent, at: number, reason: string | null): Transition {
  if (!CANCELLABLE.includes(intent.status)) return unexpected(intent, 'cancel', CANCELLABLE);
  return done(
    {
      ...intent,
      status: 'canceled',
      amount_capturable: 0,
      canceled_at: at,
      cancellation_reason: reason,
      next_action: null,
    },
    ['payment_intent.canceled'],
  );
}

/** Nobody is there to authenticate off session, so Stripe declines; on session it sends the customer to the bank. */
function authenticate(intent: Intent, confirmation: Confirmation): Transition {
  if (confirmation.offSession)
    return refuse(intent, confirmation, {
      code: 'authentication_required',
      message: 'Your card was declined. This transaction requires authentication.',
      declineCode: 'authentication_required',
    });
  return done(
    {
      ...intent,
      status: 'requires_action',
      payment_method: confirmation.method,
      next_action: {
        type: 'redirect_to_url',
        redirect_to_url: { url: confirmation.redirectUrl, return_url: confirmation.returnUrl },
      },
    },
    ['payment_intent.requires_action'],
  );
}

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly declineCode?: string;
}

function refuse(
  intent: Intent,
  confirmation: Confirmation,
  { code, message, declineCode }: Refusal,
): Transition {
  const problem: StripeProblem = {
    type: 'card_error',
    code,
    message,
    charge: confirmation.charge,
    payment_method: { id: confirmation.method, object: 'payment_method' },
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
  };
  const after: Intent = {
    ...intent,
    status: 'requires_payment_method',
    payment_method: null,
    latest_charge: confirmation.charge,
    next_action: null,
    last_payment_error: problem,
  };
  return {
    ok: false,
    status: 402,
    problem: { ...problem, payment_intent: after },
    intent: after,
    events: ['payment_intent.payment_failed'],
  };
}

function unexpected(intent: Intent, verb: string, wanted: readonly IntentStatus[]): Transition {
  return {
    ok: false,
    status: 400,
    events: [],
    problem: {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message: `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be used: ${wanted.join(', ')}.`,
      payment_intent: intent,
    },
  };
}

function done(intent: Intent, events: readonly string[]): Transition {
  return { ok: true, intent, events };
}
