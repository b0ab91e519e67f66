import { reject, type Rejection } from '@tollgate/kernel/decision';

/** Turns events of one type into a quantity. Meters never change. */
export interface Meter {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly eventType: string;
  readonly aggregation: 'count' | 'sum';
  /** What is added up; null for `count`. */
  readonly property: string | null;
  /** Version of the tenant's set of meters that first held it; it counts events of this and later versions. */
  readonly version: number;
  readonly createdAt: string;
}

/** What makes a meter, before it has an id. */
export type MeterDraft = Pick<Meter, 'code' | 'name' | 'eventType' | 'aggregation' | 'property'>;

/** Meters by the event type they listen to. */
export type MetersByType = ReadonlyMap<string, readonly Meter[]>;

export interface InvalidField extends Rejection {
  readonly reason: 'InvalidInput';
  readonly field: string;
}

/** Live totals and usage name every meter of a tenant, so there is a bound. */
export const METERS_MAX = 200;

const CODE = /^[a-z][a-z0-9_]{0,62}$/;
/** 1 to 128 characters, none of them a control character or half of one. */
const KEY = /^[^\p{Cc}\p{Cs}]{1,128}$/u;
const NAME = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

/** Whether a new meter makes sense beside those there are; null = it does. */
export function refuseMeter(draft: MeterDraft, meters: number): InvalidField | null {
  if (!CODE.test(draft.code))
    return invalid('code', 'A code is a lower-case letter, then up to 62 of a-z, 0-9 and _.');
  if (!NAME.test(draft.name)) return invalid('name', 'A name has 1 to 200 characters.');
  if (!KEY.test(draft.eventType)) return invalid('eventType', 'An event type has 1 to 128 characters.');
  if (draft.aggregation === 'sum' && (draft.property === null || !KEY.test(draft.property)))
    return invalid('property', 'SUM needs a property of 1 to 128 characters to add up.');
  if (draft.aggregation === 'count' && draft.property !== null)
    return invalid('property', 'COUNT counts events and takes no property.');
  if (meters >= METERS_MAX) return invalid('code', `A tenant has at most ${METERS_MAX} meters.`);
  return null;
}

/** The table that says which meters an event feeds. */
export function byEventType(meters: readonly Meter[]): MetersByType {
  const table = new Map<string, Meter[]>();
  for (const meter of meters) {
    const same = table.get(meter.eventType);
    if (same === undefined) table.set(meter.eventType, [meter]);
    else same.push(meter);
  }
  return table;
}

function invalid(field: string, message: string): InvalidField {
  return reject({ reason: 'InvalidInput' as const, field: `input.${field}`, message }).rejection;
}
