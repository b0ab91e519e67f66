import { passesFilter, type PriceFilter } from '@tollgate/kernel/price/filter';
import type { Period } from '@tollgate/kernel/time/time';
import { propertyOf, type Properties } from './reading.js';

/** A part of a period that counts. */
export interface Part extends Period {
  /** Usage that does not count in it: that of these filters; absent where all of it does. */
  readonly except?: readonly PriceFilter[];
}

/** Whether events count in a part of time that holds them. */
export function countsIn({ except = [] }: Part, properties: Properties): boolean {
  return !except.some((filter) => isOf(filter, properties));
}

/** Whether events are of what a filter names; a missing property is an empty text. */
export function isOf(filter: PriceFilter, properties: Properties): boolean {
  return passesFilter(filter, (name) => propertyOf(properties, name) ?? '');
}
