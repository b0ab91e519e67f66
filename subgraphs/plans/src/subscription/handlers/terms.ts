import type { TermsRef } from '@tollgate/contracts/plans/terms-ref';
import type { MadeState } from '../domain/state.js';
import { termsIn } from '../events.js';

/** What a subscription is bought on as it stands, as others are told it. */
export function termsNow(state: MadeState): TermsRef {
  return termsIn(state, state);
}
