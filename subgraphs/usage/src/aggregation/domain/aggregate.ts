import { unreachable } from '@tollgate/kernel/assert';
import { canonicalJson } from '@tollgate/kernel/codec';
import type { Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { roundTo } from '@tollgate/kernel/number/rounding';
import { dateOf, localHourOf, toMs, type Instant, type TimeZone } from '@tollgate/kernel/time/time';
import {
  EVENT_QUANTITY_MAX,
  invalidField,
  isQuantityText,
  refuseMetric,
  type Metered,
  type MeteredEvent,
  type Metric,
} from './metric.js';
import { propertyOf, select, type Position } from './select.js';
import type { InvalidField } from '../../meter/domain/meter.js';

/** The value of one combination of the group-by properties; a missing property is an empty text. */
export interface GroupValue {
  readonly key: Readonly<Record<string, string>>;
  readonly value: Rational;
}

/** The usage of a period, exact. */
export interface Aggregated {
  readonly value: Rational;
  /** Sorted by the texts of their keys; null without groupBy. */
  readonly groups: readonly GroupValue[] | null;
  /** Ids of rejected events (IDEMPOTENCY_CONFLICT), in order of arrival. */
  readonly conflicts: readonly string[];
  /** Ids of events that a later line bills, in order of arrival. */
  readonly late: readonly string[];
}

export type Aggregation =
  | { readonly ok: true; readonly aggregated: Aggregated }
  | { readonly ok: false; readonly rejection: InvalidField };

/** An event that has the property, read. */
interface Reading {
  readonly id: string;
  readonly timestamp: Instant;
  readonly value: Rational;
}

/** Turns the events of a period into its usage. The order of arrival decides only which of two equal ids is first. */
export function aggregate(
  metric: Metric,
  metered: Metered,
  quantityMax: Decimal = EVENT_QUANTITY_MAX,
): Aggregation {
  const refused = refuseMetric(metric, metered, quantityMax);
  if (refused !== null) return { ok: false, rejection: refused };
  const { counted, conflicts, late } = select(metered, metric.filters ?? []);
  const rejection = refuseReadings(metric, counted, quantityMax);
  if (rejection !== null) return { ok: false, rejection };
  const events = counted.map(({ event }) => event);
  const groups = metric.groupBy === undefined ? null : grouped(metric, metric.groupBy, metered, events);
  const exact =
    groups === null ? windowed(metric, metered, events) : rational.sum(groups.map(({ value }) => value));
  const { rounding } = metric;
  const value = rounding === undefined ? exact : roundTo(exact, rounding.decimals, rounding.mode);
  return { ok: true, aggregated: { value, groups, conflicts, late } };
}

function refuseReadings(
  { type, property }: Metric,
  counted: readonly Position[],
  max: Decimal,
): InvalidField | null {
  if (type === 'count' || type === 'unique_count' || property === undefined) return null;
  for (const { event, index } of counted) {
    const text = propertyOf(event, property);
    if (text !== undefined && !isQuantityText(text, max))
      return invalidField(
        `events[${index}].properties.${property}`,
        `The property is not a decimal of at most ${max}.`,
      );
  }
  return null;
}

function grouped(
  metric: Metric,
  groupBy: readonly string[],
  metered: Metered,
  events: readonly MeteredEvent[],
): GroupValue[] {
  const textsOf = (event: MeteredEvent) => groupBy.map((property) => propertyOf(event, property) ?? '');
  const groups = [...partition(events, (event) => canonicalJson(textsOf(event))).values()];
  return groups
    .map((group) => ({
      texts: group[0] === undefined ? [] : textsOf(group[0]),
      value: windowed(metric, metered, group),
    }))
    .sort((a, b) => compareTexts(a.texts, b.texts))
    .map(({ texts, value }) => ({
      key: Object.fromEntries(groupBy.map((property, index) => [property, texts[index] ?? ''])),
      value,
    }));
}

/** One value per window of local time, combined. A window without events does not exist. */
function windowed(metric: Metric, metered: Metered, events: readonly MeteredEvent[]): Rational {
  const { window, windowCombine = 'sum' } = metric;
  if (window === undefined || events.length === 0) return valueOf(metric, metered, events);
  const windows = partition(events, ({ timestamp }) => windowOf(window, timestamp, metered.timeZone));
  const values = [...windows.values()].map((part) => valueOf(metric, metered, part));
  return windowCombine === 'sum' ? rational.sum(values) : largest(values);
}

function windowOf(window: 'hour' | 'day', at: Instant, timeZone: TimeZone): string {
  if (window === 'day') return dateOf(at, timeZone);
  const { date, hour, offset } = localHourOf(at, timeZone);
  return `${date}T${hour}${offset}`;
}

function valueOf(metric: Metric, metered: Metered, events: readonly MeteredEvent[]): Rational {
  const { type, property = '' } = metric;
  if (type === 'count') return rational.fromInteger(events.length);
  if (type === 'unique_count') return uniqueCount(events, property);
  const readings = events.flatMap((event) => readingOf(event, property));
  const values = readings.map(({ value }) => value);
  switch (type) {
    case 'sum':
      return rational.sum(values);
    case 'max':
      return largest(values);
    case 'min':
      return rational.neg(largest(values.map(rational.neg)));
    case 'average':
      return values.length === 0
        ? rational.ZERO
        : rational.div(rational.sum(values), rational.fromInteger(values.length));
    case 'latest':
      return latest(readings);
    case 'weighted_sum':
      return weightedSum(readings, metered);
    default:
      return unreachable(type);
  }
}

function uniqueCount(events: readonly MeteredEvent[], property: string): Rational {
  const texts = events.map((event) => propertyOf(event, property));
  return rational.fromInteger(new Set(texts.filter((text) => text !== undefined)).size);
}

/** An event without the property is skipped. */
function readingOf(event: MeteredEvent, property: string): Reading[] {
  const text = propertyOf(event, property);
  if (text === undefined) return [];
  return [{ id: event.id, timestamp: event.timestamp, value: rational.fromDecimal(text) }];
}

/** 0 if there is none. */
function largest(values: readonly Rational[]): Rational {
  const [first, ...others] = values;
  return first === undefined ? rational.ZERO : others.reduce(rational.max, first);
}

/** At equal timestamps the greatest id is the latest. */
function latest(readings: readonly Reading[]): Rational {
  const [first, ...others] = readings;
  if (first === undefined) return rational.ZERO;
  const isLater = (a: Reading, b: Reading) =>
    a.timestamp > b.timestamp || (a.timestamp === b.timestamp && a.id > b.id);
  return others.reduce((found, one) => (isLater(one, found) ? one : found), first).value;
}

/** The mean of a level over elapsed time: each event changes it until the end of the period. */
function weightedSum(readings: readonly Reading[], { period, initialLevel = '0' }: Metered): Rational {
  const level = rational.fromDecimal(initialLevel);
  const [start, end] = [toMs(period.from), toMs(period.to)];
  if (readings.length === 0 || start === end) return level;
  const changes = readings.map(({ value, timestamp }) =>
    rational.mul(value, rational.rational(BigInt(end - toMs(timestamp)), BigInt(end - start))),
  );
  return rational.add(level, rational.sum(changes));
}

function partition<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const parts = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [item]);
    else part.push(item);
  }
  return parts;
}

/** Texts compare by character code. */
function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [index, text] of a.entries()) {
    const other = b[index] ?? '';
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}
