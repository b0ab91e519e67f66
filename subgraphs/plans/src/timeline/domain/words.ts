import type { ContractEvent } from '../../contract/domain/state.js';
import type { ApplicationEvent } from '../../coupon/domain/application.js';
import type { QuoteEvent } from '../../quote/domain/quote.js';
import type { Billed } from '../../subscription/domain/billed.js';
import type { SubscriptionEvent } from '../../subscription/domain/state.js';

type Data = Readonly<Record<string, unknown>>;
type Words = (data: Data) => string;
type Type = (SubscriptionEvent | ContractEvent | QuoteEvent | ApplicationEvent)['type'];

const SUBSCRIPTIONS: Readonly<Partial<Record<Type, Words>>> = {
  SubscriptionCreated: () => 'A subscription was made.',
  SubscriptionBilled: billedWords,
  SubscriptionStarted: () => 'The subscription began.',
  PeriodStarted: () => 'A new period of the subscription began.',
  ChangeScheduled: () => 'Other terms wait for the next period of the subscription.',
  AddonsChanged: () => 'Add-ons of the subscription change with its next period.',
  CancellationScheduled: () => 'The subscription is to end with its period.',
  CancellationWithdrawn: () => 'The subscription is not to end any more.',
  PauseScheduled: () => 'The subscription is to pause after its period.',
  PauseWithdrawn: () => 'The subscription is not to pause any more.',
  ActivationAwaited: () => 'The subscription waits for the payment of its first invoice.',
  ActivationStopped: () => 'The subscription does not wait for its first payment any more.',
  SubscriptionActivated: () => 'The subscription is active: its first invoice is paid.',
  InvoicePastDue: () => 'An invoice of the subscription was not paid in time.',
  InvoiceNotPastDue: () => 'An invoice of the subscription that was not paid in time is settled.',
  SubscriptionEnded: () => 'The subscription ended before it began.',
};

const AGREEMENTS: Readonly<Partial<Record<Type, Words>>> = {
  ContractSigned: () => 'A contract was signed.',
  ContractBegan: () => 'The contract began.',
  ContractAmended: ({ number }) => `The contract was amended (${String(number)}).`,
  NoticeGiven: () => 'Notice was given that the contract ends with its term.',
  NoticeWithdrawn: () => 'The notice on the contract was taken back.',
  RenewalAgreed: () => 'One more term of the contract was agreed on.',
  TermRenewed: () => 'A new term of the contract began.',
  PricesEscalated: () => 'Prices under the contract rose.',
  CommitmentMade: ({ amount }) => `Usage was bought in advance for ${String(amount)}.`,
  ContractEnded: () => 'The contract ended with its term.',
  ContractTerminated: ({ reason }) => because('The contract ended before its term', reason),
  QuoteOffered: ({ planName }) => `A quote for ${String(planName)} was made.`,
  QuoteAccepted: () => 'The quote was accepted.',
  QuoteDeclined: ({ reason }) => because('The quote was declined', reason),
  QuoteExpired: () => 'The quote expired.',
  CouponApplied: ({ coupon }) => `The coupon ${codeOf(coupon)} was applied.`,
  CouponRemoved: () => 'A coupon was taken off.',
};

/** What happened to a customer's subscriptions, contracts, quotes and coupons, in sentences by the type of event. */
export const WORDS: ReadonlyMap<string, Words> = new Map(Object.entries({ ...SUBSCRIPTIONS, ...AGREEMENTS }));

const BILLED: Readonly<Record<Billed['reason'], string>> = {
  start: 'The subscription began.',
  period_end: 'A new period of the subscription began.',
  change: 'The subscription is on other terms.',
  addon: 'Add-ons of the subscription changed.',
  cancel: 'The subscription ended.',
  pause: 'The subscription paused.',
  resume: 'The subscription goes on.',
};
const BILLED_WORDS: ReadonlyMap<unknown, string> = new Map(Object.entries(BILLED));

function billedWords({ reason, over }: Data): string {
  if (over === 'ended') return BILLED.cancel;
  if (over === 'paused') return BILLED.pause;
  return BILLED_WORDS.get(reason) ?? 'The subscription was billed.';
}

function because(what: string, reason: unknown): string {
  return typeof reason === 'string' ? `${what}: ${reason}` : `${what}.`;
}

function codeOf(coupon: unknown): string {
  return typeof coupon === 'object' && coupon !== null && 'code' in coupon ? String(coupon.code) : '';
}
