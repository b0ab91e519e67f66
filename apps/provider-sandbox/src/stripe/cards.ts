/** What happens when a card is charged. */
export type CardBehaviour =
  | { readonly kind: 'succeeds' }
  | {
      readonly kind: 'declines';
      readonly code: string;
      readonly declineCode?: string;
      readonly message: string;
    }
  | { readonly kind: 'needs_authentication' }
  /** Softly declined so many times, then fine; every token counts for itself. */
  | { readonly kind: 'declines_at_first'; readonly times: number }
  /** The socket is reset before anything is recorded. */
  | { readonly kind: 'unreachable' }
  /** The charge is recorded, then the socket is reset, at every repetition too: the answer is lost, the effect is not. */
  | { readonly kind: 'answer_lost' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'server_error' };

const declines = (code: string, message: string, declineCode?: string): CardBehaviour =>
  declineCode === undefined
    ? { kind: 'declines', code, message }
    : { kind: 'declines', code, message, declineCode };

const SUCCEEDS: CardBehaviour = { kind: 'succeeds' };
const GENERIC = declines('card_declined', 'Your card was declined.', 'generic_decline');
const NO_FUNDS = declines('card_declined', 'Your card has insufficient funds.', 'insufficient_funds');
const LOST = declines('card_declined', 'Your card was declined.', 'lost_card');
const STOLEN = declines('card_declined', 'Your card was declined.', 'stolen_card');
const EXPIRED = declines('expired_card', 'Your card has expired.');
const WRONG_CVC = declines('incorrect_cvc', "Your card's security code is incorrect.");
const PROCESSING = declines(
  'processing_error',
  'An error occurred while processing your card. Try again in a little bit.',
);

/** Stripe's own test payment methods, and some of ours for transient faults. */
const CARDS = new Map<string, CardBehaviour>([
  ['pm_card_visa', SUCCEEDS],
  ['pm_card_mastercard', SUCCEEDS],
  ['pm_card_amex', SUCCEEDS],
  ['pm_card_chargeDeclined', GENERIC],
  ['pm_card_chargeDeclinedInsufficientFunds', NO_FUNDS],
  ['pm_card_chargeDeclinedLostCard', LOST],
  ['pm_card_chargeDeclinedStolenCard', STOLEN],
  ['pm_card_chargeDeclinedExpiredCard', EXPIRED],
  ['pm_card_chargeDeclinedIncorrectCvc', WRONG_CVC],
  ['pm_card_chargeDeclinedProcessingError', PROCESSING],
  ['pm_card_chargeCustomerFail', GENERIC],
  ['pm_card_authenticationRequired', { kind: 'needs_authentication' }],
  ['pm_card_unreachable', { kind: 'unreachable' }],
  ['pm_card_unreachable_after', { kind: 'answer_lost' }],
  ['pm_card_timeout', { kind: 'silent' }],
  ['pm_card_server_error', { kind: 'server_error' }],
]);

/** `pm_card_declines_2_times`, and anything behind it for a token with a count of its own. */
const DECLINES_AT_FIRST = /^pm_card_declines_([1-9]\d?)_times(_[A-Za-z0-9_-]+)?$/;

/** The behaviour of a test token (`pm_card_…`, `pm_card_visa_…` or `tok_…`); undefined when it is none. */
export function testCard(
  token: string,
): { readonly card: string; readonly behaviour: CardBehaviour } | undefined {
  const card = token.replace(/^tok_/, 'pm_card_').replace(/^pm_card_visa_/, 'pm_card_');
  const behaviour = CARDS.get(card) ?? declinesAtFirst(card);
  return behaviour === undefined ? undefined : { card, behaviour };
}

/** What the next charge does, after so many charges of the same token. */
export function nextBehaviour(behaviour: CardBehaviour, chargesBefore: number): CardBehaviour {
  if (behaviour.kind !== 'declines_at_first') return behaviour;
  return chargesBefore < behaviour.times ? GENERIC : SUCCEEDS;
}

function declinesAtFirst(card: string): CardBehaviour | undefined {
  const times = DECLINES_AT_FIRST.exec(card)?.[1];
  return times === undefined ? undefined : { kind: 'declines_at_first', times: Number(times) };
}
