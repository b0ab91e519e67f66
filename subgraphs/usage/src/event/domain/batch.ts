import { CONFLICT, isInside, isRefusal, OUTSIDE_WINDOW } from './report.js';
import type { Candidate, Refusal, ReportWindow } from './report.js';

/** What became of an event. */
export type Outcome = 'ACCEPTED' | 'DUPLICATE' | Refusal;

/** Where an event's outcome goes. */
export interface Slot {
  readonly candidate: Candidate;
  readonly report: number;
  readonly place: number;
}

/** Several reports as one batch for the store. */
export interface Batch {
  /** One list for each report; right as it stands if all of `firsts` turn out new and `others` is empty. */
  readonly outcomes: Outcome[][];
  /** Events to store: each id once, each inside the window. */
  readonly firsts: readonly Slot[];
  /** Events to compare with what is stored: ids that came twice, and events outside the window. */
  readonly others: readonly Slot[];
}

/** Sorts the events of several reports, in order: the first of an id is to be stored, the rest is to be compared. */
export function arrange(reports: readonly (readonly (Candidate | Refusal)[])[], window: ReportWindow): Batch {
  const seen = new Set<string>();
  const firsts: Slot[] = [];
  const others: Slot[] = [];
  const outcomes = reports.map((reads, report) =>
    reads.map((read, place): Outcome => {
      if (isRefusal(read)) return read;
      const slot = { candidate: read, report, place };
      // A retry may come after the window has moved on: it still is a duplicate, and never a new event.
      if (seen.has(read.id) || !isInside(window, read)) others.push(slot);
      else {
        seen.add(read.id);
        firsts.push(slot);
      }
      return 'ACCEPTED';
    }),
  );
  return { outcomes, firsts, others };
}

/** The outcome of an event that is not new, by what the store holds under its id. */
export function outcomeOf(comparison: 'same' | 'other' | 'absent'): Outcome {
  if (comparison === 'same') return 'DUPLICATE';
  return comparison === 'other' ? CONFLICT : OUTSIDE_WINDOW;
}
