import { reject } from '@tollgate/kernel/decision';
import { parseDecimal } from '@tollgate/kernel/decimal';
import { ROUNDING_DECIMALS_MAX, type RoundingMode } from '@tollgate/kernel/rounding';
import type { Instant, Period, TimeZone } from '@tollgate/kernel/time';
import type { InvalidField } from './meter.js';
import { QUANTITY_INTEGER_DIGITS_MAX } from './quantity.js';

export type AggregationType =
  'count' | 'sum' | 'max' | 'min' | 'average' | 'unique_count' | 'latest' | 'weighted_sum';

/** A missing property fails `in` and passes `notIn`. */
export type Filter =
  | { readonly property: string; readonly in: readonly string[] }
  | { readonly property: string; readonly notIn: readonly string[] };

/** How events become one value. */
export interface Metric {
  readonly type: AggregationType;
  /** Every type but `count` needs one. */
  readonly property?: string;
  /** All must hold. */
  readonly filters?: readonly Filter[];
  readonly groupBy?: readonly string[];
  /** Events of a window are aggregated alone; a repeated local hour is two windows. */
  readonly window?: 'hour' | 'day';
  readonly windowCombine?: 'sum' | 'max';
  /** Of the final value. */
  readonly rounding?: { readonly mode: RoundingMode; readonly decimals: number };
}

export interface MeteredEvent {
  readonly id: string;
  readonly timestamp: Instant;
  /** Without it the event was on time. */
  readonly receivedAt?: Instant;
  readonly properties: Readonly<Record<string, string>>;
}

/** What there is to aggregate. */
export interface Metered {
  readonly period: Period;
  readonly timeZone: TimeZone;
  /** The invoice is final from here on: what is received later is late. */
  readonly closedAt?: Instant;
  /** Of a weighted sum: the level when the period starts, a decimal; 0 without it. */
  readonly initialLevel?: string;
  /** In order of arrival. */
  readonly events: readonly MeteredEvent[];
}

/** Why a metric cannot be aggregated, whatever the events; null = it can. */
export function refuseMetric(metric: Metric, metered: Metered): InvalidField | null {
  const { type, property, rounding } = metric;
  if (type !== 'count' && (property === undefined || property === ''))
    return invalidField('metric.property', `The aggregation ${type} needs a property.`);
  if (rounding !== undefined && !isDecimals(rounding.decimals))
    return invalidField('metric.rounding.decimals', 'Decimals are a small integer.');
  if (metered.period.to < metered.period.from) return invalidField('to', 'A period ends after its start.');
  if (metered.initialLevel !== undefined && !isQuantityText(metered.initialLevel))
    return invalidField('initialLevel', 'The initial level is a decimal.');
  return null;
}

/** A decimal that a meter may send: beyond 24 digits before or 18 after the point it is a mistake. */
export function isQuantityText(text: string): boolean {
  const parsed = parseDecimal(text);
  if (parsed === null) return false;
  return parsed.replace('-', '').replace(/\..*/, '').length <= QUANTITY_INTEGER_DIGITS_MAX;
}

export function invalidField(field: string, message: string): InvalidField {
  return reject({ reason: 'InvalidInput' as const, field, message }).rejection;
}

function isDecimals(decimals: number): boolean {
  return Number.isInteger(decimals) && Math.abs(decimals) <= ROUNDING_DECIMALS_MAX;
}
