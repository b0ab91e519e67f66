import type { TermsRef } from '@tollgate/contracts/plans/terms-ref';
import type { Terms } from '../domain/terms.js';
import { presentTerms, type TermsV1, type TermsV2 } from '../domain/terms-v1.js';
import { termsOf, type Resolve } from '../events.js';

/** Terms as rows have them: what they were read from, in whichever release. */
export type StoredTerms = TermsRef | TermsV2 | TermsV1;

/** Earlier releases kept what they had made of terms. */
export function isKept(stored: StoredTerms): stored is TermsRef {
  return 'overrides' in stored;
}

/** Terms as they are written now. */
export function presentStored(stored: StoredTerms, resolve: Resolve): Terms {
  return isKept(stored) ? termsOf(stored, resolve) : presentTerms(stored);
}
