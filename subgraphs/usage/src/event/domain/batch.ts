import { assert } from '@tollgate/kernel/assert';
import { CONFLICT, isInside, isRejected, OUTSIDE_WINDOW } from './report.js';
import type { EventRejection } from './judge.js';
import type { Candidate, ReportWindow } from './report.js';

/** What became of an event. */
export type Outcome = 'ACCEPTED' | 'DUPLICATE' | 'KEPT' | AcceptedInPart | EventRejection;

/** Stored, but meters that read these properties do not count it. */
export interface AcceptedInPart {
  readonly lacks: readonly string[];
}

/** Where an event's outcome goes. */
export interface Slot {
  readonly candidate: Candidate;
  readonly report: number;
  readonly place: number;
}

/** An event that is not to be stored, and what it is if its id was not used before it. */
export interface Other extends Slot {
  readonly otherwise: EventRejection | null;
}

/** Several reports as one batch for the store. */
export interface Batch {
  /** One list for each report; right as it stands if all of `firsts` turn out new and `others` is empty. */
  readonly outcomes: Outcome[][];
  /** Events to store: each id once, each inside the window and fit for its meters. */
  readonly firsts: readonly Slot[];
  /** Events to compare with what is stored: ids that came twice, and events that may not be stored. */
  readonly others: readonly Other[];
}

/**
 * Sorts the events of several reports, in order: the first of an id is to be stored, the rest is to be compared. A
 * retry may come after the window has moved on: it still is a duplicate, and never a new event.
 */
export function arrange(
  reports: readonly (readonly (Candidate | EventRejection)[])[],
  window: ReportWindow,
): Batch {
  const seen = new Set<string>();
  const firsts: Slot[] = [];
  const others: Other[] = [];
  const outcomes = reports.map((reads, report) =>
    reads.map((read, place): Outcome => {
      if (isRejected(read)) return read;
      const slot = { candidate: read, report, place };
      const otherwise = isInside(window, read) ? read.rejection : OUTSIDE_WINDOW;
      if (seen.has(read.id)) others.push({ ...slot, otherwise: null });
      else if (otherwise !== null) others.push({ ...slot, otherwise });
      else {
        seen.add(read.id);
        firsts.push(slot);
      }
      return stored(read);
    }),
  );
  return { outcomes, firsts, others };
}

/** Whether the events would have been sorted alike by another window. */
export function isJudgedAlike({ firsts, others }: Batch, by: ReportWindow, other: ReportWindow): boolean {
  if (by.fromMs === other.fromMs && by.toMs === other.toMs) return true;
  const isAlike = ({ candidate }: Slot) => isInside(by, candidate) === isInside(other, candidate);
  return firsts.every(isAlike) && others.every(isAlike);
}

function stored({ meters, lacks }: Candidate): Outcome {
  if (meters.length === 0) return 'KEPT';
  return lacks.length === 0 ? 'ACCEPTED' : { lacks };
}

/** How an event compares with the stored one of its id. */
export type Comparison = 'same' | 'other' | 'absent';

/** The outcome of an event that is not new, by what the store holds under its id and whether that came with this batch. */
export function outcomeOf({ otherwise }: Other, comparison: Comparison, isNew: boolean): Outcome {
  // Events are taken one after the other: what came before the first of its id met none.
  if (otherwise !== null && (isNew || comparison === 'absent')) return otherwise;
  assert(comparison !== 'absent', 'an event that comes second has a first one, which is stored');
  return comparison === 'same' ? 'DUPLICATE' : CONFLICT;
}
