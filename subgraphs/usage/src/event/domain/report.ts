import { addMs, toMs, type Instant } from '@tollgate/kernel/time/time';
import type { Meter, MetersByType } from '../../meter/domain/meter.js';
import { propertyOf, type Properties } from '../../aggregation/domain/reading.js';
import type { CountedEvent } from '../../total/domain/tallies.js';
import { FINE, judge, readingsOf, rejection, textOf, type EventRejection, type Judged } from './judge.js';
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
  /** Whose the subscriptions are that events name. */
  readonly subscriptions: ReadonlyMap<string, string>;
  /** Whether events are stored that no meter listens to: one may come. */
  readonly keepsUnknown: boolean;
}

/** A well-formed event: its parts as text for the store, and what it brings to each meter of its type. */
export interface Candidate extends CountedEvent, Judged {
  readonly id: string;
  readonly type: string;
  /** RFC 3339 in UTC, up to microseconds. */
  readonly at: string;
  /** JSON text. */
  readonly properties: string;
}

/** When an event may have happened, in milliseconds since 1970; both ends belong to it. */
export interface ReportWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

export const REPORT_EVENTS_MAX = 1_000;
export const WINDOW_PAST_MS = 35 * 24 * 60 * 60 * 1_000;
export const WINDOW_AHEAD_MS = 5 * 60 * 1_000;

const PLAIN_ID = /^[\x20-\x7e]{1,128}$/;
/** No control characters (text in Postgres has no NUL) and no halves of surrogate pairs (they would all become one id). */
const ANY_ID = /^[^\p{Cc}\p{Cs}]{1,128}$/u;
const ID_CHARS_MAX = 128;

const REJECTIONS = {
  id: rejection('INVALID_ID', 'An id has 1 to 128 characters and no control characters.'),
  timestamp: rejection('INVALID_TIMESTAMP', 'The timestamp is not an RFC 3339 instant.'),
  customer: rejection('UNKNOWN_CUSTOMER', 'There is no such customer.'),
  customers: rejection('UNKNOWN_CUSTOMER', 'Give either customerId or customerExternalId.'),
  subscription: rejection(
    'UNKNOWN_SUBSCRIPTION',
    'The customer has no subscription of the name that it gives.',
  ),
  meter: rejection('UNKNOWN_METER', 'No meter listens to this type of event.'),
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

/** The event would be billed by a subscription whose usage is stopped. */
export const CAP_REACHED = rejection(
  'SPEND_CAP_REACHED',
  'The usage of the subscription has come to its cap; it is stopped until the period ends.',
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
  const said = event.properties ?? {};
  if (meters.length > 0 && !isOfCustomer(meters, said, { customerId, rules })) return REJECTIONS.subscription;
  const judged = meters.length === 0 ? unknown : judge(meters, said);
  const readings = judged.rejection === null ? readingsOf(meters, event, time.at) : [];
  return { id, customerId, type, at: time.at, atMs: time.ms, properties, meters, readings, ...judged };
}

/** Ids of subscriptions that events name, where meters ask for that. */
export function subscriptionsOf(events: readonly ReportedEvent[], meters: MetersByType): Set<string> {
  const named = new Set<string>();
  for (const { type, properties } of events) {
    for (const { metric } of meters.get(type) ?? NO_METERS) {
      const id = metric.subscriptionProperty && propertyOf(properties ?? {}, metric.subscriptionProperty);
      if (id) named.add(id);
    }
  }
  return named;
}

function isOfCustomer(
  meters: readonly Meter[],
  properties: Properties,
  { customerId, rules }: { readonly customerId: string; readonly rules: ReportRules },
): boolean {
  return meters.every(({ metric: { subscriptionProperty: name } }) => {
    const id = name === undefined ? undefined : propertyOf(properties, name);
    return id === undefined || rules.subscriptions.get(id) === customerId;
  });
}

function customerOf(event: ReportedEvent, { customers, named }: ReportRules): string | EventRejection {
  const { customerId = null, customerExternalId = null } = event;
  if ((customerId === null) === (customerExternalId === null)) return REJECTIONS.customers;
  const id = customerId ?? named.get(customerExternalId ?? '');
  return id !== undefined && (customerId === null || customers.has(id)) ? id : REJECTIONS.customer;
}

const NO_METERS: readonly Meter[] = [];
const NO_METER: Judged = { rejection: REJECTIONS.meter, lacks: [] };
