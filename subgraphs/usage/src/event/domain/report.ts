import { addMs, parseInstant, toMs, type Instant } from '@tollgate/kernel/time/time';
import type { Meter, MetersByType } from '../../meter/domain/meter.js';
import { isBelowZero, isExact, isWithinBounds, readQuantity } from '../../aggregation/domain/quantity.js';
import { readingOf, type Properties } from '../../aggregation/domain/reading.js';
import { placeOf } from '../../aggregation/domain/tally.js';
import type { CountedEvent } from '../../total/domain/tallies.js';

/** An event as a tenant reports it. */
export interface ReportedEvent {
  readonly id: string;
  readonly customerId: string;
  readonly type: string;
  readonly timestamp: string;
  readonly properties?: Properties | null;
}

/** What there is to judge events by. */
export interface ReportRules {
  readonly meters: MetersByType;
  readonly customers: { has(customerId: string): boolean };
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
const PLAIN_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{1,6})?Z$/;
const FRACTION = /\.\d{3}(\d{1,3})/;
const SECOND_MS = 1_000;
/** JSON text that Postgres cannot store: NUL, or half of a surrogate pair. An even number of backslashes is just text. */
const UNSTORABLE = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f])/;
const MAYBE_UNSTORABLE = /\\u[0d]/;
/** Earlier than this, Postgres and RFC 3339 count years differently. */
const YEAR_ONE_MS = toMs('0001-01-01T00:00:00.000Z' as Instant);

const REJECTIONS = {
  id: rejection('INVALID_ID', 'An id has 1 to 128 characters and no control characters.'),
  timestamp: rejection('INVALID_TIMESTAMP', 'The timestamp is not an RFC 3339 instant.'),
  customer: rejection('UNKNOWN_CUSTOMER', 'There is no such customer.'),
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
  const { id, customerId, type } = event;
  if (!PLAIN_ID.test(id) && (id.length > ID_CHARS_MAX || !ANY_ID.test(id))) return REJECTIONS.id;
  const time = clock.read(event.timestamp);
  if (time === null) return REJECTIONS.timestamp;
  if (!rules.customers.has(customerId)) return REJECTIONS.customer;
  const properties = textOf(event.properties);
  if (typeof properties !== 'string') return properties;
  const meters = rules.meters.get(type) ?? NO_METERS;
  const rejection = meters.length === 0 ? REJECTIONS.meter : rejectProperties(meters, event.properties ?? {});
  const readings = rejection === null ? readingsOf(meters, event, time.at) : [];
  return { id, customerId, type, at: time.at, atMs: time.ms, properties, meters, readings, rejection };
}

const NO_METERS: readonly Meter[] = [];

/** Why the meters cannot count an event with such properties; null = they can. */
function rejectProperties(meters: readonly Meter[], properties: Properties): EventRejection | null {
  for (const { metric } of meters) {
    const { type, property } = metric;
    if (property === undefined || type === 'unique_count') continue;
    const value = ownValue(properties, property);
    const quantity = isExact(value) ? readQuantity(value) : null;
    if (quantity === null || !isWithinBounds(quantity)) return notDecimal(property);
    if (type === 'sum' && isBelowZero(quantity))
      return rejection('NEGATIVE_QUANTITY', `The property "${property}" is below zero.`);
  }
  return null;
}

function readingsOf(meters: readonly Meter[], { id, properties }: ReportedEvent, at: string) {
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

function textOf(properties: ReportedEvent['properties']): string | EventRejection {
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

function rejection(code: RejectionCode, message: string): EventRejection {
  return { code, message };
}

/** Reads timestamps, remembering the minute: events of a report are near each other. */
class MinuteMemo {
  #minute = '';
  #ms = 0;

  read(text: string): { readonly at: string; readonly ms: number } | null {
    if (!PLAIN_TIME.test(text)) return readAnyTime(text);
    const minute = text.slice(0, 16);
    if (minute !== this.#minute) {
      const start = parseInstant(`${minute}:00Z`);
      if (start === null || toMs(start) < YEAR_ONE_MS) return null;
      this.#minute = minute;
      this.#ms = toMs(start);
    }
    const seconds = Number(text.slice(17, 19));
    const fractionMs = text.length > 20 ? Number(text.slice(20, -1).slice(0, 3).padEnd(3, '0')) : 0;
    return { at: text, ms: this.#ms + seconds * SECOND_MS + fractionMs };
  }
}

/** Any RFC 3339 form, brought to UTC; digits beyond microseconds are cut. */
function readAnyTime(text: string): { readonly at: string; readonly ms: number } | null {
  const instant = parseInstant(text);
  if (instant === null || toMs(instant) < YEAR_ONE_MS) return null;
  const micros = FRACTION.exec(text)?.[1] ?? '';
  return { at: `${instant.slice(0, -1)}${micros}Z`, ms: toMs(instant) };
}
