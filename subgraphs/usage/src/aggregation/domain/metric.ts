import { reject, type Rejection } from '@tollgate/kernel/decision';
import {
  compareDecimal,
  decimal,
  negDecimal,
  parseDecimal,
  type Decimal,
} from '@tollgate/kernel/number/decimal';
import { ROUNDING_DECIMALS_MAX, type RoundingMode } from '@tollgate/kernel/number/rounding';
import type { Instant, Period, TimeZone } from '@tollgate/kernel/time/time';

export type AggregationType =
  'count' | 'sum' | 'max' | 'min' | 'average' | 'unique_count' | 'latest' | 'weighted_sum';

/** The types that can be counted event by event; a level also depends on when it is asked for. */
export type TallyType = Exclude<AggregationType, 'weighted_sum'>;

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
  /** Where events name the subscription that they belong to; without it they belong to the customer. */
  readonly subscriptionProperty?: string;
  readonly groupBy?: readonly string[];
  /** Events of a window are aggregated alone; a repeated local hour is two windows. */
  readonly window?: 'hour' | 'day';
  readonly windowCombine?: 'sum' | 'max';
  /** Of the final value. */
  readonly rounding?: { readonly mode: RoundingMode; readonly decimals: number };
}

/** A metric that is counted event by event, without windows and groups: what a tenant's meter can be. */
export interface TallyMetric extends Pick<
  Metric,
  'property' | 'filters' | 'rounding' | 'subscriptionProperty'
> {
  readonly type: TallyType;
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

/** One field of an input that makes no sense. */
export interface InvalidField extends Rejection {
  readonly reason: 'InvalidInput';
  readonly field: string;
}

/** What one event may bring, above or below zero; more is a mistake of units. */
export const EVENT_QUANTITY_MAX = decimal('1000000000000000');

/** Why a metric cannot be aggregated, whatever the events; null = it can. */
export function refuseMetric(metric: Metric, metered: Metered, max: Decimal): InvalidField | null {
  const { type, property, rounding } = metric;
  if (type !== 'count' && (property === undefined || property === ''))
    return invalidField('metric.property', `The aggregation ${type} needs a property.`);
  if (rounding !== undefined && !isDecimals(rounding.decimals))
    return invalidField('metric.rounding.decimals', 'Decimals are a small integer.');
  if (metered.period.to < metered.period.from) return invalidField('to', 'A period ends after its start.');
  if (metered.initialLevel !== undefined && !isQuantityText(metered.initialLevel, max))
    return invalidField('initialLevel', `The initial level is a decimal of at most ${max}.`);
  return null;
}

/** A decimal within the bound. */
export function isQuantityText(text: string, max: Decimal = EVENT_QUANTITY_MAX): boolean {
  const parsed = parseDecimal(text);
  return parsed !== null && compareDecimal(parsed, max) <= 0 && compareDecimal(parsed, negDecimal(max)) >= 0;
}

/** A rejection of one field. */
export function invalidField(field: string, message: string): InvalidField {
  return reject({ reason: 'InvalidInput' as const, field, message }).rejection;
}

function isDecimals(decimals: number): boolean {
  return Number.isInteger(decimals) && Math.abs(decimals) <= ROUNDING_DECIMALS_MAX;
}
