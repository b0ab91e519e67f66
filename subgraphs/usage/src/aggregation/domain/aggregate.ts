import { canonicalJson } from '@tollgate/kernel/codec';
import { toRational, type Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { dateOf, localHourOf, toMs, type Instant, type TimeZone } from '@tollgate/kernel/time/time';
import {
  EVENT_QUANTITY_MAX,
  invalidField,
  isQuantityText,
  refuseMetric,
  type InvalidField,
  type Metered,
  type MeteredEvent,
  type Metric,
} from './metric.js';
import { decimalOf } from './quantity.js';
import { propertyOf, readingOf } from './reading.js';
import { select, type Position, type Selection } from './select.js';
import { placeOf, rounded, tallyOf, valueOf, type Reading } from './tally.js';

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

/** Turns the events of a period into its usage. The order of arrival decides only which of two equal ids is first. */
export function aggregate(
  metric: Metric,
  metered: Metered,
  quantityMax: Decimal = EVENT_QUANTITY_MAX,
): Aggregation {
  const chosen = choose(metric, metered, quantityMax);
  if (!chosen.ok) return chosen;
  const { counted, conflicts, late } = chosen.selection;
  const events = counted.map(({ event }) => event);
  const groups = metric.groupBy === undefined ? null : grouped(metric, metered, events);
  const exact =
    groups === null ? windowed(metric, metered, events) : rational.sum(groups.map(({ value }) => value));
  return { ok: true, aggregated: { value: rounded(metric, exact), groups, conflicts, late } };
}

export type Chosen =
  | { readonly ok: true; readonly selection: Selection }
  | { readonly ok: false; readonly rejection: InvalidField };

/** The events that count, if the metric can read every one of them. */
export function choose(metric: Metric, metered: Metered, quantityMax: Decimal = EVENT_QUANTITY_MAX): Chosen {
  const refused = refuseMetric(metric, metered, quantityMax);
  if (refused !== null) return { ok: false, rejection: refused };
  const selection = select(metered, metric.filters ?? []);
  const rejection = refuseReadings(metric, selection.counted, quantityMax);
  return rejection === null ? { ok: true, selection } : { ok: false, rejection };
}

function refuseReadings(
  { type, property }: Metric,
  counted: readonly Position[],
  max: Decimal,
): InvalidField | null {
  if (type === 'count' || type === 'unique_count' || property === undefined) return null;
  for (const { event, index } of counted) {
    const text = propertyOf(event.properties, property);
    if (text !== undefined && !isQuantityText(text, max))
      return invalidField(
        `events[${index}].properties.${property}`,
        `The property is not a decimal of at most ${max}.`,
      );
  }
  return null;
}

function grouped(metric: Metric, metered: Metered, events: readonly MeteredEvent[]): GroupValue[] {
  const { groupBy = [] } = metric;
  const textsOf = (event: MeteredEvent) =>
    groupBy.map((property) => propertyOf(event.properties, property) ?? '');
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
  if (window === undefined || events.length === 0) return valueOfEvents(metric, metered, events);
  const windows = partition(events, ({ timestamp }) => windowOf(window, timestamp, metered.timeZone));
  const values = [...windows.values()].map((part) => valueOfEvents(metric, metered, part));
  return windowCombine === 'sum' ? rational.sum(values) : largest(values);
}

function windowOf(window: 'hour' | 'day', at: Instant, timeZone: TimeZone): string {
  if (window === 'day') return dateOf(at, timeZone);
  const { date, hour, offset } = localHourOf(at, timeZone);
  return `${date}T${hour}${offset}`;
}

function valueOfEvents(metric: Metric, metered: Metered, events: readonly MeteredEvent[]): Rational {
  const { type } = metric;
  if (type === 'weighted_sum') return weightedSum(metric, metered, events);
  return valueOf(
    tallyOf(
      type,
      events.flatMap((event) => readEvent(metric, event)),
    ),
  );
}

/** An event without the property is skipped. */
function readEvent(metric: Metric, { id, timestamp, properties }: MeteredEvent): Reading[] {
  const reading = readingOf(metric, { properties, times: 1, place: placeOf(timestamp, id) });
  return reading === null ? [] : [reading];
}

/** 0 if there is none. */
function largest(values: readonly Rational[]): Rational {
  const [first, ...others] = values;
  return first === undefined ? rational.ZERO : others.reduce(rational.max, first);
}

/** The mean of a level over elapsed time: each event changes it until the end of the period. */
function weightedSum(metric: Metric, metered: Metered, events: readonly MeteredEvent[]): Rational {
  const { period, initialLevel = '0' } = metered;
  const level = rational.fromDecimal(initialLevel);
  const [start, end] = [toMs(period.from), toMs(period.to)];
  if (events.length === 0 || start === end) return level;
  const changes = events.flatMap((event) =>
    readEvent(metric, event).map(({ quantity }) =>
      rational.mul(
        toRational(decimalOf(quantity)),
        rational.rational(BigInt(end - toMs(event.timestamp)), BigInt(end - start)),
      ),
    ),
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
