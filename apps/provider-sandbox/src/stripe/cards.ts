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

/** Stripe's own test payment methods, and some of ours for weather. */
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

/** The behaviour of a test token (`pm_card_…`, `pm_card_visa_…` or `tok_…`); undefined when it is none. */
export function testCard(
  token: string,
): { readonly card: string; readonly behaviour: CardBehaviour } | undefined {
  const card = token.replace(/^tok_/, 'pm_card_').replace(/^pm_card_visa_/, 'pm_card_');
  const behaviour = CARDS.get(card);
  return behaviour === undefined ? undefined : { card, behaviour };
}
