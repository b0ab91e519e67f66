import { contains } from '@tollgate/kernel/time/time';
import type { Filter, Metered, MeteredEvent } from './metric.js';
import { passes, propertyOf } from './reading.js';

/** The events that count, and the ids of those that do not, in order of arrival. */
export interface Selection {
  readonly counted: readonly Position[];
  /** Rejected: the id was used before for an event with another body. */
  readonly conflicts: readonly string[];
  /** Received when the period was closed already. */
  readonly late: readonly string[];
}

/** An event and where it stood on arrival. */
export interface Position {
  readonly event: MeteredEvent;
  readonly index: number;
}

/** Of the events of one id the first wins; then the period, the filters and the closing time choose. */
export function select(metered: Metered, filters: readonly Filter[]): Selection {
  const { unique, conflicts } = deduplicate(metered.events);
  const inside = unique.filter(
    ({ event }) =>
      contains(metered.period, event.timestamp) && filters.every((one) => passes(one, event.properties)),
  );
  const isLate = ({ event }: Position) =>
    metered.closedAt !== undefined && event.receivedAt !== undefined && event.receivedAt >= metered.closedAt;
  return {
    counted: inside.filter((position) => !isLate(position)),
    conflicts,
    late: inside.filter(isLate).map(({ event }) => event.id),
  };
}

function deduplicate(events: readonly MeteredEvent[]): { unique: Position[]; conflicts: string[] } {
  const known = new Map<string, MeteredEvent>();
  const unique: Position[] = [];
  const conflicts: string[] = [];
  for (const [index, event] of events.entries()) {
    const first = known.get(event.id);
    if (first !== undefined) {
      if (!isSameBody(first, event)) conflicts.push(event.id);
      continue;
    }
    known.set(event.id, event);
    unique.push({ event, index });
  }
  return { unique, conflicts };
}

/** When it was received is not part of a body. */
function isSameBody(a: MeteredEvent, b: MeteredEvent): boolean {
  const keys = Object.keys(a.properties);
  return (
    a.timestamp === b.timestamp &&
    keys.length === Object.keys(b.properties).length &&
    keys.every((key) => propertyOf(b.properties, key) === a.properties[key])
  );
}
