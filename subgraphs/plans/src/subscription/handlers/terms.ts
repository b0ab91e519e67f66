import type { Bill } from '@tollgate/contracts/plans/bill';
import type { TermsRef } from '@tollgate/contracts/plans/terms-ref';
import { assert } from '@tollgate/kernel/assert';
import { started } from '../domain/close.js';
import { evolve, type MadeState } from '../domain/state.js';
import { billOf, termsIn } from '../events.js';

/** What a subscription is bought on as it stands, as others are told it. */
export function termsNow(state: MadeState): TermsRef {
  return termsIn(state, state);
}

/** The bill that it begins with, or began with. */
export function firstBill({ contract }: MadeState): Bill {
  const before: MadeState = { status: 'scheduled', contract };
  const start = started(contract);
  const after = evolve(before, start);
  assert(after.status !== 'none', 'it has started');
  return billOf(start, before, after);
}
