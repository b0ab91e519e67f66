import { assert } from '@tollgate/kernel/assert';
import type { Decider } from '@tollgate/kernel/decider';
import { accept } from '@tollgate/kernel/decision';
import type { Instant } from '@tollgate/kernel/time/time';
import type { Basis } from '../../invoice/domain/basis.js';
import { compute, type Computation } from '../../invoice/domain/computation.js';

/** A first invoice as a quote showed it; it never changes. */
export interface Quoted extends Computation {
  readonly quoteId: string;
  readonly basis: Basis;
  readonly shownAt: Instant;
}

export interface ShowQuote {
  readonly type: 'ShowQuote';
  readonly quoteId: string;
  readonly basis: Basis;
  readonly now: Instant;
}

export type QuoteShown = { readonly type: 'QuoteShown' } & Quoted;

/** What is shown is kept, whatever changes later. */
export const quotedDecider: Decider<Quoted | null, ShowQuote, QuoteShown, never> = {
  initial: null,
  decide: ({ quoteId, basis, now: shownAt }, state) => {
    assert(state === null, 'a quote is shown once');
    return accept({ type: 'QuoteShown', quoteId, basis, shownAt, ...compute(basis) });
  },
  evolve: (_state, { type: _type, ...quoted }) => quoted,
};
