import { accept, type Decision } from '@tollgate/kernel/decision';
import type { InputReader } from '@tollgate/kernel/input';
import { addSeconds, type Instant } from '@tollgate/kernel/time/time';
import { billedFor } from './billed.js';
import { cut } from './cancel.js';
import { catchUp } from './close.js';
import type { Contract } from './contract.js';
import { fold, isOpen, type SubscriptionEvent, type SubscriptionState } from './state.js';

/** How long the first invoice may wait for its payment; never beyond the end of the first period. */
export const ACTIVATION_HOURS = 23;
const HOUR_S = 3_600;

/** It waited long enough. */
export interface ExpireActivation {
  readonly type: 'ExpireActivation';
  readonly now: Instant;
}

/** What became of the first invoice: it is paid, or nobody will pay it any more. */
export interface SettleFirstInvoice {
  readonly type: 'SettleFirstInvoice';
  readonly outcome: 'paid' | 'withdrawn';
  readonly now: Instant;
}

/** Only what is paid for now can wait for that: not a trial, nor another day. */
export function readActivation(
  fields: InputReader,
  { trialDays, startsOn }: Pick<Contract, 'trialDays' | 'startsOn'>,
  today: Contract['startsOn'],
): void {
  if (trialDays > 0)
    fields.reject('input.activation', 'Leave this out, or give 0 trial days: a trial is not paid for.');
  if (startsOn !== today)
    fields.reject(
      'input.activation',
      'Leave this out, or start today: the first invoice is made today then.',
    );
}

/** From the start on the subscription waits for the payment of its first invoice. */
export function awaitActivation(
  events: readonly SubscriptionEvent[],
  now: Instant,
): readonly SubscriptionEvent[] {
  const state = fold(events);
  if (!isOpen(state)) return events;
  const bound = addSeconds(now, ACTIVATION_HOURS * HOUR_S);
  const { to } = state.open.period;
  return [...events, { type: 'ActivationAwaited', until: bound < to ? bound : to }];
}

/** The invoice decides: it is voided now, or it was paid just before. */
export function expireActivation(
  { now }: ExpireActivation,
  state: SubscriptionState,
): Decision<SubscriptionEvent, never> {
  const waits = state.status === 'incomplete' && state.stopped === null;
  return waits ? accept({ type: 'ActivationStopped', why: 'expired', at: now }) : accept();
}

/**
 * A paid invoice makes the subscription active, also where its time was over just then; one that was to be cancelled gets
 * back what it paid. An invoice that nobody pays ends it.
 */
export function settleFirstInvoice(
  { outcome, now }: SettleFirstInvoice,
  state: SubscriptionState,
): Decision<SubscriptionEvent, never> {
  if (state.status !== 'incomplete') return accept();
  if (outcome === 'withdrawn') return accept(billedFor({ reason: 'cancel', at: now, over: 'ended' }));
  const activated: SubscriptionEvent = { type: 'SubscriptionActivated', at: now };
  const active = fold([activated], state);
  const caughtUp = catchUp(active, now);
  const current = fold(caughtUp, active);
  if (state.stopped !== 'cancelled' || !isOpen(current)) return accept(activated, ...caughtUp);
  return accept(activated, ...caughtUp, { ...cut(current, now, 'balance'), over: 'ended' });
}
