import type { Decimal } from '@tollgate/kernel/number/decimal';
import * as rational from '@tollgate/kernel/number/rational';
import type { Rational } from '@tollgate/kernel/number/rational';
import { toMs } from '@tollgate/kernel/time/time';
import { countOn, groupValues, nothingCounted, type TimedEvents } from './composite.js';
import {
  EVENT_QUANTITY_MAX,
  invalidField,
  isQuantityText,
  refuseMetric,
  type InvalidField,
  type Metered,
  type Metric,
} from './metric.js';
import { propertyOf } from './reading.js';
import { select, type Position, type Selection } from './select.js';
import { placeOf, rounded } from './tally.js';

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
  const { counted: positions, conflicts, late } = chosen.selection;
  const { period, timeZone, initialLevel = '0' } = metered;
  const counted = nothingCounted();
  countOn(counted, { metric, timeZone, parts: [period] }, positions.map(timed));
  const values = groupValues(counted, metric, toMs(period.to) - toMs(period.from));
  const level = metric.type === 'weighted_sum' ? rational.fromDecimal(initialLevel) : rational.ZERO;
  const groups = metric.groupBy === undefined ? null : groupsOf(metric.groupBy, values, level);
  const exact = rational.sum(
    groups?.map(({ value }) => value) ?? [level, ...values.map(({ value }) => value)],
  );
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

function timed({ event: { id, timestamp: at, properties } }: Position): TimedEvents {
  return { at, properties, times: 1, place: placeOf(at, id) };
}

function groupsOf(
  groupBy: readonly string[],
  values: ReturnType<typeof groupValues>,
  level: Rational,
): GroupValue[] {
  return values.map(({ texts, value }) => ({
    key: Object.fromEntries(groupBy.map((property, index) => [property, texts[index] ?? ''])),
    value: rational.add(level, value),
  }));
}
