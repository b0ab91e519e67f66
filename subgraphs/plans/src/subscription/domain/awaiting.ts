import { assert, unreachable } from '@tollgate/kernel/assert';
import type { Instant } from '@tollgate/kernel/time/time';
import type { MadeState, SubscriptionState } from './state.js';

/** What happens while a subscription waits for the payment of its first invoice. */
export type ActivationEvent =
  /** It is to be paid until then, or the subscription comes to nothing. */
  | { readonly type: 'ActivationAwaited'; readonly until: Instant }
  | { readonly type: 'ActivationStopped'; readonly why: 'expired' | 'cancelled'; readonly at: Instant }
  | { readonly type: 'SubscriptionActivated'; readonly at: Instant };

/** That the first invoice of a subscription is not paid yet. */
export interface Awaiting {
  readonly status: 'incomplete';
  readonly until: Instant;
  /** Why that invoice is to be voided, once it is. */
  readonly stopped: 'expired' | 'cancelled' | null;
}

const TYPES = new Set<string>([
  'ActivationAwaited',
  'ActivationStopped',
  'SubscriptionActivated',
] satisfies ActivationEvent['type'][]);

/** Whether an event is of the wait for the first payment. */
export function isOfActivation<E extends { readonly type: string }>(
  event: E,
): event is Extract<E, ActivationEvent> {
  return TYPES.has(event.type);
}

/** The state after one more of these events. */
export function evolveActivation(state: MadeState, event: ActivationEvent): SubscriptionState {
  if (event.type === 'ActivationAwaited') {
    assert(state.status === 'active', 'a period is open');
    return { ...state, status: 'incomplete', until: event.until, stopped: null };
  }
  assert(state.status === 'incomplete', 'it waits for a payment');
  switch (event.type) {
    case 'ActivationStopped':
      return { ...state, stopped: event.why };
    case 'SubscriptionActivated': {
      const { until: _until, stopped: _stopped, ...rest } = state;
      return { ...rest, status: 'active' };
    }
    default:
      return unreachable(event);
  }
}
