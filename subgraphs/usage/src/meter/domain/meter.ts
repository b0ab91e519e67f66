import { reject } from '@tollgate/kernel/decision';
import { NAME_MAX_CHARS } from '@tollgate/kernel/input';
import { ROUNDING_DECIMALS_MAX } from '@tollgate/kernel/number/rounding';
import { isLonger, isVisible, UNPRINTABLE } from '@tollgate/kernel/text';
import type { Filter, InvalidField, Metric } from '../../aggregation/domain/metric.js';

/** Turns events of one type into a quantity. Meters never change. */
export interface Meter {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly eventType: string;
  /** How events become a quantity. */
  readonly metric: Metric;
  /** Version of the tenant's set of meters that first held it; it counts events of this and later versions. */
  readonly version: number;
  readonly createdAt: string;
  /** The tenant's own id of it, one meter each; null where it has none. */
  readonly externalId: string | null;
}

/** What makes a meter, before it has an id. */
export type MeterDraft = Omit<Meter, 'id' | 'version' | 'createdAt' | 'externalId'> & {
  readonly externalId?: string | null | undefined;
  readonly metadata?: unknown;
};

/** Meters by the event type they listen to. */
export type MetersByType = ReadonlyMap<string, readonly Meter[]>;

/** Live totals and usage name every meter of a tenant, so there is a bound. */
export const METERS_MAX = 2_000;
export const FILTERS_MAX = 20;
export const FILTER_VALUES_MAX = 100;
export const GROUP_PROPERTIES_MAX = 10;

const CODE = /^[a-z][a-z0-9_]{0,62}$/;
/** 1 to 128 characters, none of them a control character or half of one. */
const KEY = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

/** Why a new meter makes no sense beside those there are; null = it does. */
export function rejectMeter(draft: MeterDraft, meters: number): InvalidField | null {
  if (!CODE.test(draft.code))
    return invalid(
      'code',
      'Give a code as a lower-case letter, then up to 62 of a-z, 0-9 and _, for example input_tokens.',
    );
  if (!isVisible(draft.name) || isLonger(draft.name, NAME_MAX_CHARS) || UNPRINTABLE.test(draft.name))
    return invalid('name', 'Give a name of 1 to 200 characters, for example Input tokens.');
  if (!KEY.test(draft.eventType))
    return invalid('eventType', 'Give an event type of 1 to 128 characters, for example llm.call.');
  if (meters >= METERS_MAX) return invalid('code', `A tenant has at most ${METERS_MAX} meters.`);
  const { metric } = draft;
  return (
    rejectProperty(metric) ??
    rejectOwner(metric) ??
    rejectShape(metric) ??
    rejectFilters(metric.filters ?? []) ??
    rejectRounding(metric)
  );
}

/** Properties of an event that a meter reads, each once. */
export function readsOf(metric: Metric): string[] {
  const { property, filters = [], subscriptionProperty: owner, groupBy = [] } = metric;
  const filtered = filters.map((filter) => filter.property);
  const named = [property, owner].flatMap((one) => one ?? []);
  return [...new Set([...named, ...filtered, ...groupBy])];
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

function rejectProperty({ type, property }: Metric): InvalidField | null {
  if (type === 'count')
    return property === undefined
      ? null
      : invalid('property', 'Leave the property out: COUNT counts events.');
  if (property !== undefined && KEY.test(property)) return null;
  const name = type.toUpperCase();
  return invalid(
    'property',
    `Give the property that ${name} reads, 1 to 128 characters, for example tokens.`,
  );
}

function rejectOwner({ subscriptionProperty: owner }: Metric): InvalidField | null {
  if (owner === undefined || KEY.test(owner)) return null;
  return invalid(
    'subscriptionProperty',
    'Give the property that names the subscription, 1 to 128 characters, for example subscription.',
  );
}

/** A level is spread over the whole period, and has no windows. */
function rejectShape({ type, groupBy = [], window, windowCombine }: Metric): InvalidField | null {
  if (groupBy.length > GROUP_PROPERTIES_MAX || new Set(groupBy).size < groupBy.length)
    return invalid('groupBy', `Give at most ${GROUP_PROPERTIES_MAX} properties, each once.`);
  if (!groupBy.every((property) => KEY.test(property)))
    return invalid('groupBy', 'Give properties of 1 to 128 characters, for example region.');
  if (window !== undefined && type === 'weighted_sum')
    return invalid('window', 'Leave the window out: WEIGHTED_SUM is spread over the whole period.');
  if (window === undefined && windowCombine !== undefined)
    return invalid('windowCombine', 'Leave this out, or give the window that is combined.');
  return null;
}

function rejectFilters(filters: readonly Filter[]): InvalidField | null {
  if (filters.length > FILTERS_MAX) return invalid('filters', `Give at most ${FILTERS_MAX} filters.`);
  for (const [index, filter] of filters.entries()) {
    if (!KEY.test(filter.property))
      return invalid(
        `filters[${index}].property`,
        'Give a property of 1 to 128 characters, for example model.',
      );
    const values = 'in' in filter ? filter.in : filter.notIn;
    if (values.length === 0 || values.length > FILTER_VALUES_MAX || !values.every(isStorable))
      return invalid(`filters[${index}]`, `Give 1 to ${FILTER_VALUES_MAX} values, for example ["eu", "us"].`);
  }
  return null;
}

/** Text that Postgres stores: no NUL, no half of a character; not longer than a property's name. */
function isStorable(value: string): boolean {
  return value === '' || KEY.test(value);
}

function rejectRounding({ rounding }: Metric): InvalidField | null {
  if (rounding === undefined) return null;
  const { decimals } = rounding;
  if (Number.isInteger(decimals) && Math.abs(decimals) <= ROUNDING_MAX) return null;
  return invalid(
    'rounding.decimals',
    `Give decimals from -${ROUNDING_MAX} to ${ROUNDING_MAX}, for example 0.`,
  );
}

/** A published quantity has at most 18 decimals. */
const ROUNDING_MAX = Math.min(18, ROUNDING_DECIMALS_MAX);

function invalid(field: string, message: string): InvalidField {
  return reject({ reason: 'InvalidInput' as const, field: `input.${field}`, message }).rejection;
}
