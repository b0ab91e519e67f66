import { canonicalJson } from '../codec.js';

/** Which usage of a meter a price is of: that whose dimensions have all these values, each named once, sorted by name. */
export type PriceFilter = readonly DimensionValue[];

/** A dimension, a property that the meter groups by, with one of its values. */
export interface DimensionValue {
  readonly name: string;
  readonly value: string;
}

/** The usage of a meter that nobody filters. */
export const ALL_USAGE: PriceFilter = [];

/** Whether no usage passes both: they ask one dimension for different values. */
export function excludeEachOther(a: PriceFilter, b: PriceFilter): boolean {
  return a.some((one) => b.some(({ name, value }) => name === one.name && value !== one.value));
}

/** Whether usage passes a filter; `valueOf` says the value of a dimension, an empty text where there is none. */
export function passesFilter(filter: PriceFilter, valueOf: (name: string) => string): boolean {
  return filter.every(({ name, value }) => valueOf(name) === value);
}

/** Usage that a price is of: a meter's, or a part of it. */
export interface PricedUsage {
  readonly meterId: string;
  readonly filter: PriceFilter;
}

/** The name of usage: a meter's id, and what of it. */
export function usageName({ meterId, filter }: PricedUsage): string {
  return filter.length === 0 ? meterId : `${meterId} ${canonicalJson(filter)}`;
}

/** The usage that a name is of. */
export function usageNamed(name: string): PricedUsage {
  const end = name.indexOf(' ');
  if (end < 0) return { meterId: name, filter: ALL_USAGE };
  return { meterId: name.slice(0, end), filter: JSON.parse(name.slice(end + 1)) as PriceFilter };
}

/** Whether some usage may be of both. */
export function overlap(a: PricedUsage, b: PricedUsage): boolean {
  return a.meterId === b.meterId && !excludeEachOther(a.filter, b.filter);
}
