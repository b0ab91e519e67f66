import { isOpen, type MadeState } from '../subscription/domain/state.js';
import { statusOf } from '../subscription/store.js';
import type { Preview } from './handlers.js';

/** A preview as the schema shows it. */
export function previewView({ effect, state }: Preview) {
  return { effect: { ...effect }, subscription: outlookView(state) };
}

function outlookView(state: MadeState) {
  const { version, quantity } = state.contract;
  return {
    ...{ status: statusOf(state), quantity },
    planId: version.planId,
    planVersionId: version.planVersionId,
    currentPeriod: isOpen(state) ? state.open.period : null,
    cancelAt: state.status === 'cancelling' ? state.cancelAt : null,
    endedAt: state.status === 'ended' ? state.endedAt : null,
  };
}
