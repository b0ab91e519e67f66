import type { Filter } from '../aggregation/domain/metric.js';
import { matching, sliceOf, type List } from '@tollgate/runtime/graphql/list';
import type { Aggregation, QueryMetersArgs, RoundingMode } from '../generated/graphql.js';
import type { Meter } from './domain/meter.js';
import type { CreateMeterAnswer } from './handlers.js';

const AGGREGATIONS = {
  count: 'COUNT',
  sum: 'SUM',
  max: 'MAX',
  min: 'MIN',
  average: 'AVERAGE',
  unique_count: 'UNIQUE_COUNT',
  latest: 'LATEST',
  weighted_sum: 'WEIGHTED_SUM',
} as const satisfies Record<Meter['metric']['type'], Aggregation>;

const ROUNDING_MODES = {
  none: 'NONE',
  half_away: 'HALF_AWAY',
  ceil: 'CEIL',
  floor: 'FLOOR',
} as const satisfies Record<string, RoundingMode>;

const WINDOWS = { hour: 'HOUR', day: 'DAY' } as const;
const COMBINES = { sum: 'SUM', max: 'MAX' } as const;

/** A meter in GraphQL. */
export function meterView({ id, code, name, eventType, metric, createdAt, externalId }: Meter) {
  const { type, property = null, filters = [], rounding, subscriptionProperty = null } = metric;
  const { groupBy = [], window, windowCombine } = metric;
  return {
    __typename: 'Meter' as const,
    id,
    code,
    name,
    eventType,
    aggregation: AGGREGATIONS[type],
    property,
    filters: filters.map(filterView),
    rounding:
      rounding === undefined ? null : { mode: ROUNDING_MODES[rounding.mode], decimals: rounding.decimals },
    subscriptionProperty,
    groupBy,
    window: window === undefined ? null : WINDOWS[window],
    windowCombine: windowCombine === undefined ? null : COMBINES[windowCombine],
    createdAt,
    externalId,
  };
}

const METERS_SHOWN = 200;
const METER_LIST: List = { name: 'meters', idPrefix: 'mtr', orderBy: 'CREATED_AT_ASC' };

/** A part of a tenant's meters, which are in memory, oldest first. Throws `BAD_USER_INPUT` beyond the bounds. */
export function metersIn(
  all: readonly Meter[],
  { first, after, orderBy, eventType, search }: QueryMetersArgs,
): readonly Meter[] {
  const page = sliceOf(METER_LIST, { first: first ?? METERS_SHOWN, after, orderBy });
  const [pattern] = matching(['name'], 'contains', search);
  const sought = pattern === null ? '' : (search ?? '').trim().toLowerCase();
  const ordered = page.isDescending ? [...all].reverse() : all;
  const from = page.after;
  const place = from === null ? -1 : ordered.findIndex(({ id }) => id === from.id);
  // A list that goes on after nothing has nothing.
  if (from !== null && place < 0) return [];
  return ordered
    .slice(place + 1)
    .filter(
      (meter) =>
        (eventType === null || eventType === undefined || meter.eventType === eventType) &&
        [meter.name, meter.code].some((text) => text.toLowerCase().includes(sought)),
    )
    .slice(0, page.limit);
}

/** A meter, or null where there is none. */
export function meterViewOrNull(meter: Meter | null) {
  return meter === null ? null : meterView(meter);
}

/** A figure with its meter. */
export function withMeterView<T extends { readonly meter: Meter }>(figure: T) {
  return { ...figure, meter: meterView(figure.meter) };
}

/** The answer of createMeter as its type. */
export function createMeterView(answer: CreateMeterAnswer) {
  return answer.__typename === 'MeterCreated' ? { ...answer, meter: meterView(answer.meter) } : answer;
}

function filterView(filter: Filter) {
  return 'in' in filter
    ? { property: filter.property, in: filter.in, notIn: null }
    : { property: filter.property, in: null, notIn: filter.notIn };
}
