import { parseInstant, toMs } from '@tollgate/kernel/time/time';
import type { Properties } from '../../aggregation/domain/reading.js';
import type { Meter } from '../../meter/domain/meter.js';
import type { CountedEvent } from '../../total/domain/tallies.js';
import { judge, readingsOf } from './judge.js';

/** An event that was stored before any meter listened to its type. */
export interface KeptEvent {
  readonly id: string;
  readonly customerId: string;
  /** RFC 3339 in UTC, with six decimals. */
  readonly at: string;
  readonly properties: Properties;
}

/** A kept event that a meter counts from now on. */
export interface TakenEvent extends CountedEvent {
  readonly id: string;
}

/** The kept events that a new meter can count, as if they were reported now; the others stay kept. */
export function taken(meter: Meter, events: readonly KeptEvent[]): TakenEvent[] {
  const meters = [meter];
  return events.flatMap((event) => {
    const { id, customerId, at, properties } = event;
    const instant = parseInstant(at);
    if (instant === null || judge(meters, properties).rejection !== null) return [];
    return [{ id, customerId, atMs: toMs(instant), meters, readings: readingsOf(meters, event, at) }];
  });
}
