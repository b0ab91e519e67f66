import type { Billed } from './billed.js';
import type { SubscriptionEvent } from './state.js';

type Type = SubscriptionEvent['type'];

/** What happened to a subscription, in words; null = what is nothing to its customer. */
const WORDS = {
  SubscriptionCreated: 'Subscribed.',
  SubscriptionBilled: null,
  SubscriptionStarted: 'It began.',
  PeriodClosed: null,
  PeriodStarted: 'A new period began.',
  SubscriptionLabelled: null,
  ChangeScheduled: 'Other terms wait for the next period.',
  AddonsChanged: 'Add-ons change with the next period.',
  CancellationScheduled: 'It is to end with its period.',
  CancellationWithdrawn: 'It is not to end any more.',
  PauseScheduled: 'It is to pause after its period.',
  PauseWithdrawn: 'It is not to pause any more.',
  ActivationAwaited: 'It waits for the payment of its first invoice.',
  ActivationStopped: 'It does not wait for its first payment any more.',
  SubscriptionActivated: 'It is active: its first invoice is paid.',
  InvoicePastDue: 'An invoice of it was not paid in time.',
  InvoiceNotPastDue: 'An invoice that was not paid in time is settled.',
  SubscriptionEnded: 'It ended before it began.',
} as const satisfies Readonly<Partial<Record<Type, string | null>>>;

const BILLED = {
  start: 'It began.',
  period_end: 'A new period began.',
  change: 'It is on other terms.',
  addon: 'Its add-ons changed.',
  cancel: 'It ended.',
  pause: 'It paused.',
  resume: 'It goes on.',
} as const satisfies Readonly<Partial<Record<Billed['reason'], string>>>;

const BILLED_WORDS: ReadonlyMap<string, string> = new Map(Object.entries(BILLED));
const EVENT_WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries(WORDS).flatMap(([type, words]) => (words === null ? [] : [[type, words] as const])),
);

/** Types of events that a timeline tells. */
export const TOLD_TYPES: readonly string[] = [...EVENT_WORDS.keys(), 'SubscriptionBilled'];

/** An event in words. */
export function wordsOf(type: string, data: Readonly<Record<string, unknown>>): string {
  if (type !== 'SubscriptionBilled') return EVENT_WORDS.get(type) ?? type;
  const { reason, over } = data;
  if (over === 'ended') return BILLED.cancel;
  if (over === 'paused') return BILLED.pause;
  return BILLED_WORDS.get(String(reason)) ?? 'It was billed.';
}
