import { canonicalJson } from '@tollgate/kernel/codec';
import { toRational } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { dateOf, localHourOf, toMs, type Instant, type TimeZone } from '@tollgate/kernel/time/time';
import type { Metric, TallyMetric, TallyType } from './metric.js';
import { countsIn, type Part } from './part.js';
import { addTo, newSum, totalOf, type Sum } from './quantity.js';
import { passes, propertyOf, readingOf, type Readable } from './reading.js';
import { combine, tallyOf, valueOf, type Reading, type Tally } from './tally.js';

/** Events that are alike, and when they happened; null where that does not matter. */
export interface TimedEvents extends Readable {
  readonly at: Instant | null;
}

/** What events are measured by. */
export interface Measure {
  readonly metric: Metric;
  readonly timeZone: TimeZone;
  /** Stretches of time in which a level counts, in order; it does from each event to their end. */
  readonly parts: readonly Part[];
}

/** What was counted of one group. */
interface Group {
  readonly texts: readonly string[];
  /** By window of local time; one without a name where there are none. */
  readonly windows: Map<string, Tally>;
  /** Of a level: units times the milliseconds that they lasted. */
  readonly lasted: Sum;
  events: number;
}

/** What was counted so far. */
export interface Counted {
  readonly groups: Map<string, Group>;
}

/** Whether a metric is counted event by event, so that two counts come to that of the events of both. */
export function isTallied(metric: Metric): metric is TallyMetric {
  const { type, window, groupBy } = metric;
  return type !== 'weighted_sum' && window === undefined && (groupBy ?? []).length === 0;
}

/** Nothing counted yet. */
export function nothingCounted(): Counted {
  return { groups: new Map() };
}

/** Counts events on, in place: there may be millions of them. */
export function countOn(counted: Counted, measure: Measure, events: readonly TimedEvents[]): void {
  const readings = new Map<string, { group: Group; window: string; list: Reading[] }>();
  for (const event of events) {
    const { metric } = measure;
    if (metric.filters?.every((filter) => passes(filter, event.properties)) === false) continue;
    const group = groupOf(counted, metric, event);
    const reading = readingOf(metric, event);
    if (reading === null) continue;
    group.events += event.times;
    if (metric.type === 'weighted_sum') {
      addTo(group.lasted, reading.quantity, event.times * lasting(measure.parts, event));
      continue;
    }
    const window = windowOf(measure, event.at);
    const key = canonicalJson([...group.texts, window]);
    const known = readings.get(key);
    if (known === undefined) readings.set(key, { group, window, list: [reading] });
    else known.list.push(reading);
  }
  const { type } = measure.metric;
  if (type === 'weighted_sum') return;
  for (const { group, window, list } of readings.values()) keep(group, window, { type, list });
}

/** What a combination of the group-by properties comes to, and how many events it has; one without texts where there are none. */
export interface GroupCount {
  readonly texts: readonly string[];
  readonly value: Rational;
  readonly events: number;
}

/** Events that were counted so far are not counted as such: they only made the level that a period begins with. */
export function forgetEvents({ groups }: Counted): void {
  for (const group of groups.values()) group.events = 0;
}

/** The value of each group, sorted by their texts. A level is spread over so many milliseconds. */
export function groupValues({ groups }: Counted, metric: Metric, spreadMs: number): readonly GroupCount[] {
  return [...groups.values()]
    .map((group) => ({ ...group, value: valueOfGroup(group, metric, spreadMs) }))
    .map(({ texts, value, events }) => ({ texts, value, events }))
    .sort((a, b) => compareTexts(a.texts, b.texts));
}

function keep(
  { windows }: Group,
  window: string,
  { type, list }: { readonly type: TallyType; readonly list: readonly Reading[] },
): void {
  const fresh = tallyOf(type, list);
  const known = windows.get(window);
  windows.set(window, known === undefined ? fresh : combine(known, fresh));
}

function groupOf({ groups }: Counted, { groupBy = [] }: Metric, { properties }: TimedEvents): Group {
  const texts = groupBy.map((property) => propertyOf(properties, property) ?? '');
  const key = canonicalJson(texts);
  const known = groups.get(key);
  if (known !== undefined) return known;
  const group = { texts, windows: new Map<string, Tally>(), lasted: newSum(), events: 0 };
  groups.set(key, group);
  return group;
}

/** A day is a local date; an hour says its offset, so that one that is repeated is two. */
function windowOf({ metric, timeZone }: Measure, at: Instant | null): string {
  if (metric.window === undefined || at === null) return '';
  if (metric.window === 'day') return dateOf(at, timeZone);
  const { date, hour, offset } = localHourOf(at, timeZone);
  return `${date}T${hour}${offset}`;
}

/** How long, in milliseconds, a level lasts that began at an instant; from the first part on where it was there before. */
function lasting(parts: readonly Part[], { at, properties }: TimedEvents): number {
  const since = at === null ? -Infinity : toMs(at);
  return parts
    .filter((part) => countsIn(part, properties))
    .reduce((sum, { from, to }) => sum + Math.max(0, toMs(to) - Math.max(since, toMs(from))), 0);
}

function valueOfGroup({ windows, lasted }: Group, metric: Metric, spreadMs: number): Rational {
  if (metric.type === 'weighted_sum')
    return spreadMs === 0
      ? rational.ZERO
      : rational.div(toRational(totalOf(lasted)), rational.fromInteger(spreadMs));
  const values = [...windows.values()].map(valueOf);
  const [first, ...others] = values;
  if (first === undefined) return rational.ZERO;
  return metric.windowCombine === 'max' ? others.reduce(rational.max, first) : rational.sum(values);
}

/** Texts compare by character code. */
function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [index, text] of a.entries()) {
    const other = b[index] ?? '';
    if (text !== other) return text < other ? -1 : 1;
  }
  return 0;
}
