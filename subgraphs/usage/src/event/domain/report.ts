import { addMs, toMs, type Instant } from '@tollgate/kernel/time/time';
import type { Meter, MetersByType } from '../../meter/domain/meter.js';
import { isBelowZero, isExact, isWithinBounds, readQuantity } from '../../aggregation/domain/quantity.js';
import { readingOf, type Properties } from '../../aggregation/domain/reading.js';
import { placeOf } from '../../aggregation/domain/tally.js';
import type { CountedEvent } from '../../total/domain/tallies.js';
import { MinuteMemo } from './timestamp.js';

/** An event as a tenant reports it. */
export interface ReportedEvent {
  readonly id: string;
  readonly customerId?: string | null;
  /** The tenant's own id of the customer, in place of ours. */
  readonly customerExternalId?: string | null;
  readonly type: string;
  readonly timestamp: string;
  readonly properties?: Properties | null;
}

/** What there is to judge events by. */
export interface ReportRules {
  readonly meters: MetersByType;
  readonly customers: { has(customerId: string): boolean };
  /** Customers by the tenant's own ids of them. */
  readonly named: ReadonlyMap<string, string>;
  /** Whether events are stored that no meter listens to: one may come. */
  readonly keepsUnknown: boolean;
}

export type RejectionCode =
  | 'UNKNOWN_CUSTOMER'
  | 'UNKNOWN_METER'
  | 'IDEMPOTENCY_CONFLICT'
  | 'OUTSIDE_WINDOW'
  | 'INVALID_TIMESTAMP'
  | 'INVALID_ID'
  | 'INVALID_PROPERTY'
  | 'NEGATIVE_QUANTITY'
  | 'TOO_LARGE';

export interface EventRejection {
  readonly code: RejectionCode;
  readonly message: string;
}

/** A well-formed event: its parts as text for the store, and what it brings to each meter of its type. */
export interface Candidate extends CountedEvent {
  readonly id: string;
  readonly type: string;
  /** RFC 3339 in UTC, up to microseconds. */
  readonly at: string;
  /** JSON text. */
  readonly properties: string;
  /** Properties that meters of its type read and it does not have: those meters do not count it. */
  readonly lacks: readonly string[];
  /** Why it is not stored, unless its id was used before: then it is a duplicate or a conflict. */
  readonly rejection: EventRejection | null;
}

/** When an event may have happened, in milliseconds since 1970; both ends belong to it. */
export interface ReportWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export const REPORT_EVENTS_MAX = 1_000;
export const PROPERTIES_CHARS_MAX = 8_192;
export const WINDOW_PAST_MS = 35 * 24 * 60 * 60 * 1_000;
export const WINDOW_AHEAD_MS = 5 * 60 * 1_000;

const PLAIN_ID = /^[\x20-\x7e]{1,128}$/;
/** No control characters (text in Postgres has no NUL) and no halves of surrogate pairs (they would all become one id). */
const ANY_ID = /^[^\p{Cc}\p{Cs}]{1,128}$/u;
const ID_CHARS_MAX = 128;
/** JSON text that Postgres cannot store: NUL, or half of a surrogate pair. An even number of backslashes is just text. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/;
const MAYBE_UNSTORABLE = /\\u[0d]/;

const REJECTIONS = {
  id: rejection('INVALID_ID', 'An id has 1 to 128 characters and no control characters.'),
  timestamp: rejection('INVALID_TIMESTAMP', 'The timestamp is not an RFC 3339 instant.'),
  customer: rejection('UNKNOWN_CUSTOMER', 'There is no such customer.'),
  customers: rejection('UNKNOWN_CUSTOMER', 'Give either customerId or customerExternalId.'),
  meter: rejection('UNKNOWN_METER', 'No meter listens to this type of event.'),
  size: rejection('TOO_LARGE', `The properties have more than ${PROPERTIES_CHARS_MAX} characters as JSON.`),
  text: rejection(
    'INVALID_PROPERTY',
    'The properties hold text that cannot be stored (a NUL or half a character).',
  ),
} as const;

/** The id was used for another event before. */
export const CONFLICT = rejection(
  'IDEMPOTENCY_CONFLICT',
  'This id was used before for an event with another body.',
);
export const OUTSIDE_WINDOW = rejection(
  'OUTSIDE_WINDOW',
  'The event happened more than 35 days ago or lies more than 5 minutes ahead.',
);

/** Judges the events of a report one by one; what another event or the store says comes later. */
export function readReport(
  events: readonly ReportedEvent[],
  rules: ReportRules,
): (Candidate | EventRejection)[] {
  const clock = new MinuteMemo();
  return events.map((event) => readEvent(event, rules, clock));
}

/** Ids of customers that events name. */
export function* customersOf(events: readonly ReportedEvent[]): Iterable<string> {
  for (const { customerId } of events) if (typeof customerId === 'string') yield customerId;
}

/** The tenant's own ids of customers that events name. */
export function namesOf(events: readonly ReportedEvent[]): Set<string> {
  const names = new Set<string>();
  for (const { customerExternalId } of events)
    if (typeof customerExternalId === 'string') names.add(customerExternalId);
  return names;
}

/** Whether reading an event ended with a reason instead of a candidate. */
export function isRejected(read: Candidate | EventRejection): read is EventRejection {
  return 'code' in read;
}

/** The span of accepted timestamps at a moment of the tenant's clock. */
export function windowAt(now: Instant): ReportWindow {
  return { fromMs: toMs(addMs(now, -WINDOW_PAST_MS)), toMs: toMs(addMs(now, WINDOW_AHEAD_MS)) };
}

/** Whether an event happened within the window, its ends included. */
export function isInside(window: ReportWindow, candidate: Candidate): boolean {
  return candidate.atMs >= window.fromMs && candidate.atMs <= window.toMs;
}

function readEvent(event: ReportedEvent, rules: ReportRules, clock: MinuteMemo): Candidate | EventRejection {
  const { id, type } = event;
  if (!PLAIN_ID.test(id) && (id.length > ID_CHARS_MAX || !ANY_ID.test(id))) return REJECTIONS.id;
  const time = clock.read(event.timestamp);
  if (time === null) return REJECTIONS.timestamp;
  const customerId = customerOf(event, rules);
  if (typeof customerId !== 'string') return customerId;
  const properties = textOf(event.properties);
  if (typeof properties !== 'string') return properties;
  const meters = rules.meters.get(type) ?? NO_METERS;
  // No meter listens to such a type ever, nor does the store take every one of them.
  if (meters.length === 0 && !ANY_ID.test(type)) return REJECTIONS.meter;
  const unknown = rules.keepsUnknown ? FINE : NO_METER;
  const judged = meters.length === 0 ? unknown : judge(meters, event.properties ?? {});
  const readings = judged.rejection === null ? readingsOf(meters, event, time.at) : [];
  return { id, customerId, type, at: time.at, atMs: time.ms, properties, meters, readings, ...judged };
}

function customerOf(event: ReportedEvent, { customers, named }: ReportRules): string | EventRejection {
  const { customerId = null, customerExternalId = null } = event;
  if ((customerId === null) === (customerExternalId === null)) return REJECTIONS.customers;
  const id = customerId ?? named.get(customerExternalId ?? '');
  return id !== undefined && (customerId === null || customers.has(id)) ? id : REJECTIONS.customer;
}

const NO_METERS: readonly Meter[] = [];
const NO_METER: Judged = { rejection: REJECTIONS.meter, lacks: [] };

/** What becomes of an event by its properties. */
type Judged = Pick<Candidate, 'rejection' | 'lacks'>;

const FINE: Judged = { rejection: null, lacks: [] };

/** A property that is missing keeps the event from its meter; from all of them it is kept by one that is wrong, or by all. */
export function judge(meters: readonly Meter[], properties: Properties): Judged {
  let lacks: string[] | undefined;
  let lacking = 0;
  for (const { metric } of meters) {
    const { type, property } = metric;
    if (property === undefined || type === 'unique_count') continue;
    const value = ownValue(properties, property) ?? null;
    if (value === null) {
      lacking += 1;
      (lacks ??= []).push(property);
      continue;
    }
    const quantity = isExact(value) ? readQuantity(value) : null;
    if (quantity === null || !isWithinBounds(quantity)) return { rejection: notDecimal(property), lacks: [] };
    if (type === 'sum' && isBelowZero(quantity)) return { rejection: belowZero(property), lacks: [] };
  }
  if (lacks === undefined) return FINE;
  const [first = ''] = lacks;
  if (lacking === meters.length) return { rejection: notDecimal(first), lacks: [] };
  return { rejection: null, lacks: [...new Set(lacks)] };
}

/** What an event brings to each of its meters, which can all read it. */
export function readingsOf(
  meters: readonly Meter[],
  { id, properties }: Pick<ReportedEvent, 'id' | 'properties'>,
  at: string,
) {
  return meters.map(({ metric }) => {
    const place = metric.type === 'latest' ? placeOf(toMicros(at), id) : '';
    return readingOf(metric, { properties: properties ?? {}, times: 1, place });
  });
}

/** An instant in UTC with all six decimals, so that such texts compare as the instants do. */
function toMicros(at: string): string {
  const [seconds = '', decimals = ''] = at.slice(0, -1).split('.');
  return `${seconds}.${decimals.padEnd(MICROS_DIGITS, '0')}Z`;
}

const MICROS_DIGITS = 6;

function ownValue(properties: Properties, property: string): unknown {
  return Object.hasOwn(properties, property) ? properties[property] : undefined;
}

/** Properties as JSON text, or why they are not stored. */
export function textOf(properties: ReportedEvent['properties']): string | EventRejection {
  if (properties === null || properties === undefined) return '{}';
  const text = jsonOf(properties);
  if (text === null || text.length > PROPERTIES_CHARS_MAX) return REJECTIONS.size;
  return MAYBE_UNSTORABLE.test(text) && UNSTORABLE.test(text) ? REJECTIONS.text : text;
}

/** Null where the value nests deeper than the engine can follow. */
function jsonOf(value: object): string | null {
  try {
    return JSON.stringify(value);
  } catch {
    return null;
  }
}

function notDecimal(property: string): EventRejection {
  return rejection(
    'INVALID_PROPERTY',
    `The property "${property}" is not a decimal of at most 24 digits before and 18 after the point; send large ones as text.`,
  );
}

function belowZero(property: string): EventRejection {
  return rejection('NEGATIVE_QUANTITY', `The property "${property}" is below zero.`);
}

function rejection(code: RejectionCode, message: string): EventRejection {
  return { code, message };
}
