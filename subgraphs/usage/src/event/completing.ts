import type { TenantTx } from '@tollgate/runtime/database/db';
import { outcomeOf, type Batch, type Other, type Slot } from './domain/batch.js';
import type { Candidate } from './domain/report.js';
import { compareEvents, isUncounted, keepEvents } from './store.js';

/** What was stored of a batch, and what was not. */
interface Sorted {
  readonly accepted: readonly Candidate[];
  /** To be compared with what is stored. */
  readonly others: readonly Other[];
}

/** Keeps events that nobody counts yet, and completes the outcomes of a batch. */
export async function complete(
  tx: TenantTx,
  { outcomes }: Batch,
  { accepted, others }: Sorted,
): Promise<void> {
  keepEvents(tx, accepted.filter(isUncounted));
  if (others.length === 0) return;
  const fresh = new Set(accepted.map((candidate) => candidate.id));
  const comparisons = await compareEvents(tx, others.map(candidateOf));
  others.forEach((other, i) => {
    const ofReport = outcomes[other.report];
    if (ofReport === undefined) return;
    const comparison = comparisons[i] ?? 'absent';
    ofReport[other.place] = outcomeOf(other, comparison, fresh.has(other.candidate.id));
  });
}

/** The event of a slot. */
export function candidateOf(slot: Slot): Candidate {
  return slot.candidate;
}
