import { assert } from '@tollgate/kernel/assert';
import type { Filter, Metric } from './metric.js';
import { readQuantity } from './quantity.js';
import type { Reading } from './tally.js';

/** Properties of an event as JSON has them. */
export type Properties = Readonly<Record<string, unknown>>;

/** A property as text, undefined if the event has none: a text as it is, a number as JSON writes it, never lists or objects. */
export function propertyOf(properties: Properties, property: string): string | undefined {
  const value = Object.hasOwn(properties, property) ? properties[property] : undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A missing property fails `in` and passes `notIn`. */
export function passes(filter: Filter, properties: Properties): boolean {
  const value = propertyOf(properties, filter.property);
  if (value === undefined) return !('in' in filter);
  return valuesOf(filter).has(value) === 'in' in filter;
}

/** A memo and no state: the values of a filter are looked for in every event. */
const VALUES = new WeakMap<Filter, ReadonlySet<string>>();

function valuesOf(filter: Filter): ReadonlySet<string> {
  const known = VALUES.get(filter);
  if (known !== undefined) return known;
  const values = new Set('in' in filter ? filter.in : filter.notIn);
  VALUES.set(filter, values);
  return values;
}

/** Events with the same properties, which are those the metric reads. */
export interface Readable {
  readonly properties: Properties;
  /** How many events. */
  readonly times: number;
  /** Of the last of them; for `latest` alone. */
  readonly place: string;
}

/** What events bring to a metric; null where a filter leaves them out or they lack the property. */
export function readingOf(metric: Metric, { properties, times, place }: Readable): Reading | null {
  const { type, property = '', filters, subscriptionProperty: owner } = metric;
  if (owner !== undefined && propertyOf(properties, owner) === undefined) return null;
  if (filters !== undefined && !filters.every((filter) => passes(filter, properties))) return null;
  if (type === 'count') return { quantity: 1, text: '', times, place };
  const text = propertyOf(properties, property);
  if (text === undefined) return null;
  if (type === 'unique_count') return { quantity: 1, text, times, place };
  const quantity = readQuantity(properties[property]);
  assert(quantity !== null, 'an event whose property is no decimal was rejected when it came');
  return { quantity, text: '', times, place };
}
