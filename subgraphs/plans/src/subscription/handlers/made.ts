import type { Change } from '@tollgate/runtime/command/aggregate';
import type { SubscriptionEvent, SubscriptionState } from '../domain/state.js';
import { rowOf, type SubscriptionRow } from '../store.js';

/** Tells whoever answers what a subscription has come to: it need not be read after it was decided. */
export function tellMade(
  { after: { state, version } }: Change<SubscriptionState, SubscriptionEvent>,
  made: ((row: SubscriptionRow) => void) | undefined,
): void {
  if (state.status !== 'none') made?.(rowOf(state, version));
}
